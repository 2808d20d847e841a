"""A model whose step takes longer than it may: who waits is told, and afterwards all is as before, for systemd too.

usage: hang_test.py BIN_FOLDER
"""

import os
import pathlib
import socket
import tempfile
import threading

import case
import network
import programs


class Systemd:
    """The socket that NOTIFY_SOCKET= names, always read, so that nobody who writes there has to wait."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="seekd-notify.")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.path = str(pathlib.Path(self.folder.name, "notify"))
        self.socket.bind(self.path)
        self.fed = 0
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while message := self.socket.recv(4096):
            self.fed += message == b"WATCHDOG=1"

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.path)
        self.thread.join()
        self.socket.close()
        self.folder.cleanup()


class Hang(case.Case):
    # Far below what a processor takes for 256 tokens of a prompt.
    extra_config = """
[embedder]
path = "none"
[model]
step_limit = "50ms"
"""

    @classmethod
    def setUpClass(cls):
        cls.systemd = Systemd()
        cls.addClassCleanup(cls.systemd.close)
        told = {"NOTIFY_SOCKET": cls.systemd.path, "WATCHDOG_USEC": "400000"}
        os.environ.update(told)
        try:
            super().setUpClass()
        finally:
            for variable in told:
                del os.environ[variable]

    def assertFed(self):
        before = self.systemd.fed
        network.wait_until(lambda: self.systemd.fed > before, "the watchdog to be fed", 60)

    def health(self):
        status, _, body = programs.request(self.seekd.socket, "GET", "/health")
        return status, body

    def test_a_step_that_takes_too_long_is_told_of_and_outlived(self):
        self.assertFed()
        status, _, reply = self.seekd.ask("What does this say? " + "It is written in many words. " * 300, disable_search=True)
        self.assertEqual((status, reply["error"]["code"]), (503, "unavailable"), reply)
        self.assertIn("model.step_limit", reply["error"]["message"])
        network.wait_until(lambda: self.health()[0] == 200, "the step to return", 120)
        self.assertEqual(self.health()[1], {"status": "ok"})
        failed = self.seekd.metrics()["seekd_model_failed_steps_total"]
        self.assertGreaterEqual(sum(count for labels, count in failed.items() if ("cause", "hang") in labels), 1)
        self.assertFed()


if __name__ == "__main__":
    case.main()
