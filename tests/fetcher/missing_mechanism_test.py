"""What the programs do on a kernel that lacks a mechanism of the sandbox: they say so, and run only where it was accepted.

usage: missing_mechanism_test.py BIN_FOLDER TESTS_FOLDER
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import peers

BIN, TESTS = (pathlib.Path(argument) for argument in sys.argv[1:3])
del sys.argv[1:3]

# Without Landlock there are no rules for TCP either.
LACKS = {"landlock": ["landlock", "landlock_tcp"], "landlock_tcp": ["landlock_tcp"], "seccomp": ["seccomp"]}


class MissingMechanism(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        authority = peers.Authority(self.folder)
        self.base = f"""
[daemon]
socket = "{self.folder}/seekd.sock"
http_listen = ""
[cache]
directory = "{self.folder}/cache"
[fetcher]
socket = "{self.folder}/fetcher.sock"
ca_file = "{authority.certificate}"
dns_servers = ["127.0.0.1:9"]
"""

    def configure(self, accepted):
        file = self.folder / "seekd.toml"
        file.write_text(f"{self.base}accept_missing = {json.dumps(accepted)}\n")
        return file

    def start(self, lack, accepted, program="seekd-fetcher"):
        command = [TESTS / "kernel_without", lack, BIN / program, "--config", self.configure(accepted)]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def test_a_lack_that_is_not_accepted_ends_the_start_and_is_named_with_the_remedy(self):
        for program in ("seekd-fetcher", "seekd"):
            if not (BIN / program).exists():
                continue
            for lack, names in LACKS.items():
                for accepted in ([], [other for other in ("landlock", "landlock_tcp", "seccomp") if other not in names]):
                    with self.subTest(program=program, lack=lack, accepted=accepted):
                        process = self.start(lack, accepted, program)
                        _, said = process.communicate(timeout=60)
                        self.assertEqual(process.returncode, 1, said)
                        self.assertIn(f"this kernel lacks {names[0]}", said)
                        self.assertIn(f'adding "{names[0]}" to fetcher.accept_missing', said)

    def test_a_lack_that_is_accepted_by_name_is_said_in_the_log_and_in_the_status(self):
        for lack, names in LACKS.items():
            with self.subTest(lack=lack):
                process = self.start(lack, names)
                try:
                    status = self.status(process)
                    self.assertEqual(status["sandbox"]["missing"], names)
                    self.assertFalse(set(names) & set(status["sandbox"]["in_force"]))
                finally:
                    process.send_signal(signal.SIGKILL)
                    _, said = process.communicate()
                for name in names:
                    self.assertIn(f"RUNNING WITHOUT {name}", said)

    def test_half_of_a_lack_is_not_enough(self):
        process = self.start("landlock", ["landlock"])
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, said)
        self.assertIn("this kernel lacks landlock_tcp", said)

    def status(self, process):
        answer = {}

        def answers():
            self.assertIsNone(process.poll(), "it ended")
            done = subprocess.run(["curl", "--silent", "--max-time", "2", "--unix-socket", self.folder / "fetcher.sock",
                                   "http://fetcher/status"], capture_output=True, text=True)
            if done.returncode == 0:
                answer.update(json.loads(done.stdout))
            return done.returncode == 0
        peers.wait_until(answers, "seekd-fetcher")
        return answer


if __name__ == "__main__":
    unittest.main()
