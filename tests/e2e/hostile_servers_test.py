"""Two hundred servers at once that drip, are silent or send without end, beside one that is well.

usage: hostile_servers_test.py BIN_FOLDER
"""

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import case
import network
import programs
from case import KESTREL, SITE, article

HOSTILE = "198.51.100.11"
SERVERS = 200
FETCHES = 40
ROUNDS = 4
HERE = pathlib.Path(__file__).resolve().parent


class HostileInternet(network.Internet):
    more_answers = [f"--address=/hostile.example.org/{HOSTILE}"]

    def __init__(self, folder):
        super().__init__(folder)
        network.run(*self._far("ip", "address", "add", f"{HOSTILE}/24", "dev", "web"))
        certificate, key = self.authority.server("hostile", "*.hostile.example.org")
        self.processes.append(subprocess.Popen(self._far(sys.executable, HERE / "hostile_web.py", HOSTILE, certificate, key)))


class HostileServers(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seekd-e2e."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.web = HostileInternet(self.folder)
        self.addCleanup(self.web.close)
        self.door = programs.Programs(case.BIN, self.folder, self.web.authority.certificate, f"""
[[egress.exception]]
address = "{HOSTILE}"
port = 443
reason = "the tests' hostile servers"
""")
        self.door.start_fetcher()
        self.addCleanup(self.door.stop)
        self.web.write("/long/page.html", article("Kestrel", *KESTREL))

    def fetch(self, url):
        _, _, text = programs.request(self.door.fetcher_socket, "POST", "/fetch", {"url": url, "provenance": "user"})
        return json.loads(text.partition("\n")[0]) if isinstance(text, str) else text

    def seconds_of_good(self):
        """The least of several medians: what other programs of the host take is no property of the door."""
        return min(self.median_of_good() for _ in range(ROUNDS))

    def median_of_good(self):
        seconds = []
        for _ in range(FETCHES):
            begun = time.monotonic()
            self.assertEqual(self.fetch(f"{SITE}/long/page.html")["reason"], "allowed")
            seconds.append(time.monotonic() - begun)
        return statistics.median(seconds)

    def status(self):
        return programs.request(self.door.fetcher_socket, "GET", "/status")[2]

    def test_two_hundred_hostile_servers_slow_a_good_fetch_twofold_at_most(self):
        self.median_of_good()
        before = self.seconds_of_good()
        reasons = []
        threads = [threading.Thread(target=lambda url: reasons.append(self.fetch(url)),
                                    args=(f"https://{'dse'[number % 3]}{number}.hostile.example.org/",)) for number in range(SERVERS)]
        for thread in threads:
            thread.start()
        network.wait_until(lambda: self.status()["workers"] >= SERVERS, "the hostile servers", 20)
        during = self.seconds_of_good()
        still = self.status()["workers"]
        for thread in threads:
            thread.join()
        print(f"good fetch: {1000 * before:.1f} ms before, {1000 * during:.1f} ms beside {still} hostile ones", file=sys.stderr)
        self.assertGreater(still, SERVERS // 2, "they ended before the measurement did")
        self.assertLess(during, 2 * before)
        self.assertLessEqual({reply["reason"] for reply in reasons}, {"timeout", "body_too_large"},
                             [reply["message"] for reply in reasons])


if __name__ == "__main__":
    case.main()
