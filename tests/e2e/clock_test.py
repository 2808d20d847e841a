"""A wall clock that jumps by a year under the running daemon: nothing expires, nothing stale is called fresh.

usage: clock_test.py BIN_FOLDER
"""

import os
import pathlib
import subprocess
import unittest

import case
import programs
from case import KESTREL, SITE, article

FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
PAGE = f"{SITE}/long/kestrel.html"


class SetClock(programs.Programs):
    """seekd whose wall clock a file moves; the clock since boot stays, as it does on a real host."""

    @property
    def offset(self):
        return self.folder / "wall-clock"

    def set_clock(self, offset):
        written = self.folder / "wall-clock.new"
        written.write_text(offset + "\n")
        written.rename(self.offset)

    def _spawn(self, program):
        if program != "seekd":
            return super()._spawn(program)
        environment = dict(os.environ, LD_PRELOAD=str(FAKETIME), FAKETIME_TIMESTAMP_FILE=str(self.offset),
                           FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
        with open(self.folder / f"{program}.log", "a") as log:
            return subprocess.Popen([self.bin / program, "--config", self.config], stderr=log, env=environment)

    def restart_seekd(self):
        self.seekd.terminate()
        self.seekd.wait(timeout=40)
        self.start_seekd()


@unittest.skipUnless(FAKETIME.exists(), "no libfaketime: install what scripts/packages/debian-test.txt names")
class Jumps(case.Case):
    @classmethod
    def programs(cls, extra=""):
        made = SetClock(case.BIN, cls.folder, cls.web.authority.certificate, cls.extra_config + extra)
        made.set_clock("+0")
        return made

    def setUp(self):
        self.seekd.set_clock("+0")
        self.web.write("/long/kestrel.html", article("Kestrel", *KESTREL))
        self.assertIn(self.seekd.fetch(PAGE)["outcome"], ("page", "not_modified"))
        self.assertClock("trusted")

    def assertClock(self, trust):
        status = programs.request(self.seekd.socket, "GET", "/seekd/v1/status")[2]
        self.assertEqual(status["clock"]["trust"], trust)
        gauge = self.seekd.metrics()["seekd_clock_trusted"][()]
        self.assertEqual(gauge, 1 if trust == "trusted" else 0)
        told = self.seekd.ctl("status").stdout
        self.assertEqual("NOT TRUSTED" in told, trust != "trusted", told)
        return status

    def assertKept(self):
        status, _, page = self.seekd.page(PAGE)
        self.assertEqual(status, 200, page)
        return page

    def confirmed_within_an_hour(self):
        body = {"query": "default port of Kestrel", "mode": "lexical", "max_age": 3600}
        return len(programs.request(self.seekd.socket, "POST", "/seekd/v1/search", body)[2]["passages"])

    def test_a_year_ahead_nothing_expires_and_nothing_counts_as_confirmed_lately(self):
        before = self.assertKept()
        self.assertGreater(self.confirmed_within_an_hour(), 0)
        self.seekd.set_clock("+365d")
        self.assertClock("forward")
        self.assertEqual(self.assertKept()["expires_at"], before["expires_at"])
        self.assertEqual(self.confirmed_within_an_hour(), 0)
        self.seekd.restart_seekd()
        self.assertClock("forward")
        self.assertKept()
        self.seekd.set_clock("+0")
        self.assertClock("trusted")
        self.assertKept()
        self.assertGreater(self.confirmed_within_an_hour(), 0)

    def test_a_year_back_time_goes_on_as_before(self):
        before = self.assertClock("trusted")["clock"]["now"]
        self.seekd.set_clock("-365d")
        self.assertGreaterEqual(self.assertClock("back")["clock"]["now"], before)
        self.assertKept()
        self.seekd.restart_seekd()
        self.assertGreaterEqual(self.assertClock("back")["clock"]["now"], before)
        self.assertKept()
        self.seekd.set_clock("+0")
        self.assertClock("trusted")
        self.assertKept()


if __name__ == "__main__":
    case.main()
