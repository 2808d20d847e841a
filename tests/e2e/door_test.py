"""The one door, seen from the kernel: what the programs try by themselves, and what leaves the host.

usage: door_test.py BIN_FOLDER
"""

import json
import os
import signal
import socket
import subprocess

import case
import network
import programs
from case import KESTREL, SITE, article
from counted_network import LATE_V4, NAMES, OWN_V4, OWN_V6, CountedInternet


class SelfTest(case.Case):
    def test_every_attempt_is_refused_and_told_in_one_line(self):
        done = self.seekd.ctl("selftest")
        lines = done.stdout.splitlines()
        self.assertEqual([line for line in lines[:-1] if not line.startswith("pass  ")], [], done.stderr)
        self.assertEqual(done.returncode, 0)
        for by, least in {"seekd": 15, "broker": 20, "worker": 40, "policy": 60}.items():
            self.assertGreater(sum(line.startswith(f"pass  {by}: ") for line in lines), least, by)
        self.assertEqual(lines[-1], f"{len(lines) - 1} attempts, 0 failures")

    def test_denied_addresses_are_led_to_for_real_and_counted(self):
        before = self.seekd.fetcher_status()
        report = json.loads(self.seekd.ctl("selftest", "--json").stdout)
        after = self.seekd.fetcher_status()
        led = [attempt for attempt in report["attempts"] if attempt["tried"].startswith("to fetch from ")]
        self.assertGreater(len(led), 35)
        self.assertEqual({(attempt["by"], attempt["got"]) for attempt in led}, {("broker", "address_denied, and no socket")})
        for address in ("10.255.255.255, of 10.0.0.0/8", "169.254.169.254", "::1, of", "of ff00::/8", "255.255.255.255",
                        f"{network.DOOR}, of the host's own"):
            self.assertTrue(any(address in attempt["tried"] for attempt in led), address)
        self.assertEqual(after["verdicts"]["address_denied"], before["verdicts"].get("address_denied", 0) + len(led))
        self.assertEqual(after["connections"], before["connections"])

    def test_certificates_are_shown_to_workers_and_the_wrong_ones_refused(self):
        report = json.loads(self.seekd.ctl("selftest", "--json").stdout)
        shown = [(attempt["got"], attempt["passed"]) for attempt in report["attempts"] if "a TLS server" in attempt["tried"]]
        self.assertEqual([passed for _, passed in shown], [True] * 4)
        self.assertEqual(shown[0][0], "allowed")
        for (got, _), why in zip(shown[1:], ("does not match|no alternative certificate subject name", "expired", "self-signed")):
            self.assertRegex(got, f"^tls_failed: .*({why})")

    def test_the_models_that_come_with_seekd_are_tried_too(self):
        report = json.loads(self.seekd.ctl("selftest", "--json").stdout)
        tried = [attempt["tried"] for attempt in report["attempts"] if attempt["by"] == "broker"]
        self.assertTrue(any("SmolLM2" in what for what in tried), tried)
        self.assertTrue(any("MiniLM" in what for what in tried), tried)

    def test_the_report_is_had_as_json_too(self):
        done = self.seekd.ctl("selftest", "--json")
        report = json.loads(done.stdout)
        self.assertIs(report["passed"], True)
        self.assertEqual({tuple(sorted(attempt)) for attempt in report["attempts"]}, {("by", "expected", "got", "passed", "tried")})

    def test_what_an_exception_opens_is_told_as_opened(self):
        # The tests' own web server stands among the addresses of documentation.
        folder = self.folder / "opened"
        folder.mkdir()
        opened = programs.Programs(case.BIN, folder, self.web.authority.certificate, """
[[egress.exception]]
address = "10.0.0.0/8"
port = 443
reason = "a test"
""")
        opened.start_fetcher()
        self.addCleanup(opened.stop)
        _, _, report = programs.request(opened.fetcher_socket, "POST", "/selftest")
        ten = next(attempt for attempt in report["attempts"] if attempt["tried"].endswith(" 10.0.0.0"))
        self.assertEqual((ten["expected"], ten["passed"]), ("opened by an egress.exception", True))

    def test_a_program_that_is_not_confined_fails_it(self):
        folder = self.folder / "unconfined"
        folder.mkdir()
        names = ["landlock", "landlock_tcp", "seccomp"]
        loose = programs.Programs(case.BIN, folder, self.web.authority.certificate)
        text = loose.config.read_text().replace("[fetcher]", f"[fetcher]\naccept_missing = {json.dumps(names)}")
        loose.config.write_text(text)
        kernel = case.BIN.parent / "tests" / "kernel_without"
        for lack in ("landlock", "seccomp"):
            with open(folder / "log", "a") as log:
                process = subprocess.Popen([kernel, lack, case.BIN / "seekd-fetcher", "--config", loose.config], stderr=log)
            network.wait_until(lambda: loose._answers(loose.fetcher_socket, "/status"), "the fetcher", 30)
            _, _, report = programs.request(loose.fetcher_socket, "POST", "/selftest")
            process.send_signal(signal.SIGKILL)
            process.wait()
            failed = {(attempt["by"], attempt["tried"]) for attempt in report["attempts"] if not attempt["passed"]}
            self.assertIs(report["passed"], False)
            expected = {"landlock": ("broker", 'open("/etc/passwd")'), "seccomp": ("broker", "fork()")}[lack]
            self.assertIn(expected, failed)

    def test_without_a_fetcher_it_fails_and_says_so(self):
        self.seekd.kill(self.seekd.fetcher)
        try:
            done = self.seekd.ctl("selftest")
            self.assertEqual(done.returncode, 1)
            self.assertIn("FAIL  fetcher: ", done.stdout)
            self.assertIn("start seekd-fetcher", done.stdout)
        finally:
            self.seekd.start_fetcher()


class Packets(case.Case):
    internet = CountedInternet
    extra_config = """
[[egress.site]]
host = "."
interval = "0ms"
"""

    def setUp(self):
        self.before = self.web.packets("denied")

    def assertNothingLeft(self):
        self.assertEqual(self.web.packets("denied"), self.before)

    def assertRefused(self, url, reason):
        reply = self.seekd.fetch(url)
        self.assertEqual(reply["reason"], reason, (url, reply))

    def test_the_counters_count(self):
        for family, address in ((socket.AF_INET, "10.1.2.3"), (socket.AF_INET, OWN_V4), (socket.AF_INET6, "fd00::7"),
                                (socket.AF_INET6, OWN_V6)):
            before = self.web.packets("denied")
            with socket.socket(family, socket.SOCK_DGRAM) as control:
                control.sendto(b"control", (address, 9))
            self.assertEqual(self.web.packets("denied"), before + 1, address)

    def test_names_that_lead_to_denied_addresses_cost_no_packet(self):
        for name, address in NAMES.items():
            with self.subTest(address=address):
                self.assertRefused(f"https://{name}/", "address_denied")
        self.assertNothingLeft()

    def test_redirects_to_denied_addresses_cost_no_packet(self):
        self.assertEqual(self.seekd.fetch(f"{SITE}/long/absent.html")["reason"], "http_error")  # robots.txt is known now
        for name, address in NAMES.items():
            literal = f"[{address}]" if ":" in address else address
            with self.subTest(address=address):
                self.assertRefused(f"{SITE}/to?{name}", "address_denied")
                self.assertIn(self.seekd.fetch(f"{SITE}/to?{literal}")["reason"], ("ip_literal", "url_invalid", "redirect_invalid"))
        self.assertNothingLeft()

    def test_good_and_bad_answers_together_cost_no_packet(self):
        web = self.web.packets("web")
        self.assertRefused("https://mixed.example.org/", "address_denied")
        self.assertRefused("https://six.example.org/", "address_denied")
        self.assertEqual(self.web.packets("web"), web)
        self.assertNothingLeft()

    def test_an_answer_that_flips_reaches_the_judged_address_alone(self):
        self.web.write("/long/flip.html", article("Kestrel", *KESTREL))
        reasons = [self.seekd.fetch(f"https://flip.example.org/long/flip.html?{turn}")["reason"] for turn in range(24)]
        self.assertEqual(set(reasons), {"allowed", "address_denied"}, reasons)
        self.assertNothingLeft()

    def test_an_address_that_the_host_gets_while_it_runs_is_its_own(self):
        url = "https://late.example.org/"
        self.assertRefused(url, "connect_failed")  # the web's, and nobody listens there
        network.run("ip", "address", "add", f"{LATE_V4}/32", "dev", "lo")
        self.addCleanup(network.run, "ip", "address", "delete", f"{LATE_V4}/32", "dev", "lo")
        self.assertRefused(url, "address_denied")
        self.assertNothingLeft()


class Proxies(case.Case):
    internet = CountedInternet

    def test_proxies_of_the_environment_are_not_asked(self):
        before = self.web.packets("denied")
        self.seekd.fetcher.terminate()
        self.seekd.fetcher.wait()
        names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        os.environ.update({name: "http://10.9.9.9:3128" for name in names})
        try:
            self.seekd.start_fetcher()
        finally:
            for name in names:
                del os.environ[name]
        self.web.write("/long/page.html", article("Kestrel", *KESTREL))
        self.assertEqual(self.seekd.fetch(f"{SITE}/long/page.html")["outcome"], "page")
        self.assertEqual(self.web.packets("denied"), before)


if __name__ == "__main__":
    case.main()
