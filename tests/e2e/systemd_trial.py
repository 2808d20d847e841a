"""What an operator would see of the units; systemd_test.py runs it inside the container that it boots."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

UNITS = ("seekd-fetcher.service", "seekd.socket", "seekd.service")
PAGE = "https://localhost:8443/sect.manipulating-packages-with-dpkg.html"
PAGES = pathlib.Path("/var/lib/demo-pages")
POLICY = f"""
[fetcher]
ca_file = "/etc/seekd/demo-ca.pem"
[egress]
allow = ["localhost:8443"]
[[egress.exception]]
address = "127.0.0.1"
port = 8443
reason = "the trial's own web server"
"""


def run(*command, check=True, **options):
    return subprocess.run(command, check=check, capture_output=True, text=True, timeout=120, **options)


def systemctl(*arguments):
    return run("systemctl", *arguments).stdout.strip()


def property_of(unit, name):
    return systemctl("show", "--property", name, "--value", unit)


def wait_until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}\n" + run("journalctl", "--no-pager", "-n", "40").stdout)
        time.sleep(0.1)


def as_user(name, *command):
    return run("runuser", "-u", name, "--", *command, check=False)


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run("useradd", "--system", "--groups", "seekd-users", "alice")
        run("useradd", "--system", "mallory")
        run("systemd-run", "--unit=demo-pages", "/seekd/scripts/demo-pages", str(PAGES), "8443")
        wait_until((PAGES / "nginx.pid").exists, "the web server")
        pathlib.Path("/etc/seekd/demo-ca.pem").write_bytes((PAGES / "ca.pem").read_bytes())
        pathlib.Path("/etc/seekd/seekd.toml.d/trial.toml").write_text(POLICY)
        drop_in = pathlib.Path("/etc/systemd/system/seekd-fetcher.service.d/trial.conf")
        drop_in.parent.mkdir()
        drop_in.write_text("[Service]\nIPAddressAllow=127.0.0.1/32\n")
        systemctl("mask", "systemd-networkd-wait-online.service")  # it waits for a link; loopback is all there is
        systemctl("daemon-reload")
        systemctl("enable", "--now", "--no-block", *UNITS)
        for unit in UNITS:
            wait_until(lambda: property_of(unit, "ActiveState") == "active", unit)

    def ask(self):
        reply = as_user("alice", "seekctl", "ask", "What is dpkg?", "--url", PAGE)
        self.assertEqual(reply.returncode, 0, reply.stdout + reply.stderr + run("journalctl", "--no-pager", "-n", "40").stdout)
        self.assertIn(PAGE, reply.stdout)

    def test_a_member_of_the_group_gets_a_cited_answer_and_nobody_else(self):
        self.ask()
        refused = as_user("mallory", "seekctl", "ask", "What is dpkg?")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("may not be used by this account", refused.stderr)

    def test_the_journal_has_what_was_asked_by_caller_and_by_trace(self):
        self.ask()
        found = run("journalctl", "--no-pager", "-o", "json", "-u", "seekd", "OUTCOME=cited").stdout.splitlines()
        self.assertTrue(found, "no entry of a cited answer")
        entry = json.loads(found[-1])
        self.assertRegex(entry["TRACE_ID"], "^[0-9a-f]{32}$")
        self.assertRegex(entry["CALLER"], "^uid:[0-9]+$")
        self.assertEqual((entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"]), ("6", "seekd"))
        same = run("journalctl", "--no-pager", "-o", "json", f"TRACE_ID={entry['TRACE_ID']}").stdout.splitlines()
        self.assertTrue(same)

    def test_the_socket_that_systemd_holds_answers_over_http(self):
        self.assertIn("200", run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8017/health").stdout)

    def test_the_split_holds_inside_the_units(self):
        tried = run("seekctl", "selftest", check=False)
        self.assertEqual(tried.returncode, 0, tried.stdout + tried.stderr)

    def test_seekd_has_no_network_but_its_own_loopback(self):
        devices = pathlib.Path(f"/proc/{property_of('seekd.service', 'MainPID')}/net/dev").read_text().splitlines()[2:]
        self.assertEqual([line.split(":")[0].strip() for line in devices], ["lo"])

    def test_a_killed_program_is_started_again_and_nothing_is_lost(self):
        self.ask()
        for unit in ("seekd-fetcher.service", "seekd.service"):
            pid = property_of(unit, "MainPID")
            os.kill(int(pid), signal.SIGKILL)
            wait_until(lambda: property_of(unit, "MainPID") not in ("0", pid) and property_of(unit, "ActiveState") == "active", unit)
        self.assertIn("dpkg", run("seekctl", "show", PAGE).stdout)
        self.ask()

    def test_a_wrong_policy_is_refused_at_reload_and_the_one_before_stays(self):
        wrong = pathlib.Path("/etc/seekd/seekd.toml.d/wrong.toml")
        wrong.write_text("[egress]\nallow = 7\n")
        try:
            systemctl("reload", "seekd-fetcher.service")
            wait_until(lambda: str(wrong) in run("journalctl", "--no-pager", "-u", "seekd-fetcher").stdout, "the refusal in the journal")
        finally:
            wrong.unlink()
        self.assertEqual(property_of("seekd-fetcher.service", "ActiveState"), "active")

    def test_a_wrong_configuration_is_not_tried_again(self):
        wrong = pathlib.Path("/etc/seekd/seekd.toml.d/wrong.toml")
        wrong.write_text("[model]\nthreads = -1\n[egress]\nallow = 7\n")
        services = [unit for unit in UNITS if unit.endswith(".service")]
        try:
            for unit in services:
                run("systemctl", "restart", unit, check=False)
                wait_until(lambda: property_of(unit, "ActiveState") == "failed", f"{unit} to give up")
                self.assertEqual((property_of(unit, "ExecMainStatus"), property_of(unit, "Result")), ("78", "exit-code"), unit)
        finally:
            wrong.unlink()
            systemctl("reset-failed", *services)
            systemctl("start", *UNITS)
            for unit in UNITS:
                wait_until(lambda: property_of(unit, "ActiveState") == "active", unit)

    def test_stopping_is_clean(self):
        try:
            systemctl("stop", "seekd.service", "seekd-fetcher.service")
            for unit in ("seekd.service", "seekd-fetcher.service"):
                self.assertEqual(property_of(unit, "Result"), "success", unit)
        finally:
            systemctl("start", *UNITS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
