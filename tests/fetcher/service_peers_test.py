"""The socket, the processes and their ends.

usage: service_peers_test.py BIN_FOLDER
"""

import json
import os
import pathlib
import signal
import stat
import subprocess
import unittest

import peers
from door import ARTICLE, BIN, Case, whole


class Service(Case):
    def test_bad_requests_are_answered(self):
        for body in ("", "{", "[]", "[" * 10_000, '{"url": 1}', '{"url": "https://a.example.org/", "provenance": "model"}',
                     '{"url": "https://a.example.org/", "unknown": 1}', '{"url": ""}'):
            status, text = self.fetcher.request("POST", "/fetch", body)
            self.assertEqual(status, 400, body)
            self.assertTrue(json.loads(text)["error"])
        self.assertEqual(self.fetcher.request("POST", "/fetch", "x" * 20_000)[0], 413)
        self.assertEqual(self.fetcher.request("GET", "/fetch")[0], 405)
        self.assertEqual(self.fetcher.request("GET", "/nowhere")[0], 404)

    def test_the_socket_is_its_groups_alone(self):
        self.assertEqual(stat.S_IMODE(self.fetcher.socket.stat().st_mode), 0o660)

    def test_status_counts_and_tells_the_sandbox(self):
        self.assertRefused("https://127.0.0.1/", "ip_literal")
        status = self.fetcher.status()
        self.assertGreaterEqual(status["verdicts"]["ip_literal"], 1)
        self.assertIn("seccomp", status["sandbox"]["in_force"])
        self.assertEqual(status["sandbox"]["missing"], [])

    def test_a_live_socket_is_not_taken(self):
        second = subprocess.run([BIN / "seekd-fetcher", "--config", self.fetcher.config], capture_output=True, text=True, timeout=30)
        self.assertEqual(second.returncode, 1)
        self.assertIn(str(self.fetcher.socket), second.stderr)
        self.assertEqual(self.fetcher.status()["sandbox"]["missing"], [])

    def test_a_configuration_that_is_refused_has_an_exit_status_of_its_own(self):
        config = self.fetcher.folder / "wrong.toml"
        config.write_text("[egress]\nallow = 7\n")
        done = subprocess.run([BIN / "seekd-fetcher", "--config", config], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, os.EX_CONFIG)
        self.assertIn("egress.allow", done.stderr)

    def test_a_missing_authority_is_named(self):
        config = self.fetcher.folder / "other.toml"
        config.write_text(self.fetcher.config.read_text().replace("ca.pem", "absent.pem"))
        done = subprocess.run([BIN / "seekd-fetcher", "--config", config], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("absent.pem", done.stderr)

    def test_a_folder_that_would_open_far_more_than_the_configuration_is_refused(self):
        done = subprocess.run([BIN / "seekd-fetcher", "--config", self.second_config()], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, HOME=str(self.fetcher.folder)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("move it to a folder of its own, such as /etc/seekd", done.stderr)

    def second_config(self):
        """Of a second fetcher that could listen beside the first."""
        config = self.fetcher.folder / "second.toml"
        config.write_text(self.fetcher.config.read_text().replace("fetcher.sock", "second.sock"))
        return config

    def test_wrong_usage(self):
        self.assertEqual(subprocess.run([BIN / "seekd-fetcher", "--nonsense"], capture_output=True).returncode, 2)


class Lifetime(Case):
    def children(self):
        text = pathlib.Path(f"/proc/{self.fetcher.process.pid}/task/{self.fetcher.process.pid}/children").read_text()
        return [int(word) for word in text.split()]

    def test_what_a_killed_broker_leaves_is_replaced(self):
        zygote, = self.children()
        self.fetcher.process.kill()
        self.fetcher.process.wait()
        peers.wait_until(lambda: not pathlib.Path(f"/proc/{zygote}").exists(), "the zygote's end")
        self.assertTrue(self.fetcher.socket.exists())
        self.fetcher.start()
        self.assertPage(self.serve(whole(ARTICLE)))

    def test_the_zygote_is_locked_in(self):
        zygote, = self.children()
        lines = pathlib.Path(f"/proc/{zygote}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        self.assertEqual((status["Seccomp"], status["NoNewPrivs"]), ("2", "1"))
        self.assertEqual(sorted(os.readlink(f"/proc/{zygote}/fd/{fd}") for fd in range(3)), ["/dev/null"] * 3)

    def test_sigterm_ends_it_and_removes_the_socket(self):
        self.assertEqual(self.fetcher.stop(), 0)
        self.assertFalse(self.fetcher.socket.exists())
        self.fetcher.start()

    def test_a_group_that_is_stopped_ends_in_order(self):
        os.kill(self.children()[0], signal.SIGTERM)
        self.assertPage(self.serve(whole(ARTICLE)))
        self.assertEqual(self.fetcher.stop(), 0)
        self.fetcher.start()

    def test_without_the_zygote_it_ends(self):
        os.kill(self.children()[0], signal.SIGKILL)
        self.assertEqual(self.fetcher.process.wait(timeout=10), 1)
        self.fetcher.start()


if __name__ == "__main__":
    unittest.main()
