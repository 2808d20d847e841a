"""The installed units under a real systemd: a container boots, and systemd_trial.py is tried inside it.

usage: systemd_test.py BUILD_FOLDER

The container's root is this machine's own with everything written to memory, so nothing of it stays. It has no network but
loopback. Booting one needs root.
"""

import os
import pathlib
import subprocess
import sys
import unittest

import overlay_root
from overlay_root import run

BUILD = pathlib.Path(sys.argv[1])
SOURCE = pathlib.Path(__file__).parents[2]
# systemd-nspawn's own list of allowed calls is older than Landlock.
SANDBOX_CALLS = "landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp"
TRIAL = """
[Unit]
Description=The trial of seekd's units
SuccessAction=exit
FailureAction=exit
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /seekd/tests/e2e/systemd_trial.py
StandardOutput=file:/trial.log
StandardError=inherit
TimeoutStartSec=300
"""


@unittest.skipUnless(os.geteuid() == 0, "booting a container needs root")
class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = overlay_root.mounted_root(cls)
        run("mount", "-t", "tmpfs", "none", "/run")  # systemd-nspawn keeps its state there, and wants no disk

    def test_the_units_as_installed(self):
        run("cmake", "--install", BUILD, "--prefix", "/usr", env=dict(os.environ, DESTDIR=str(self.root)), stdout=subprocess.DEVNULL)
        (self.root / "etc/machine-id").unlink(missing_ok=True)
        (self.root / "etc/systemd/system/seekd-trial.service").write_text(TRIAL)
        boot = subprocess.run(
            ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--machine=seekd-trial", "--register=no", "--keep-unit",
             "--private-network", "--link-journal=no", f"--bind-ro={SOURCE}:/seekd",
             f"--system-call-filter={SANDBOX_CALLS}", "--boot", "systemd.unit=seekd-trial.service"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400)
        log = self.root / "trial.log"
        told = log.read_text() if log.exists() else f"nothing booted: {boot.stdout[-2000:]} {boot.stderr[-2000:]}"
        if not log.exists() and "CI" not in os.environ:  # there it must not pass unseen
            self.skipTest(told)
        self.assertEqual(boot.returncode, 0, told)
        self.assertIn("\nOK", told)


if __name__ == "__main__":
    overlay_root.own_mounts()
    del sys.argv[1]
    unittest.main()
