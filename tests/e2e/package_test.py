"""The Debian packages: built, installed, changed, removed, installed again and purged, in a root that is kept in memory.

usage: package_test.py BUILD_FOLDER

Needs root.
"""

import os
import pathlib
import subprocess
import sys
import unittest

import overlay_root
from overlay_root import run

BUILD = pathlib.Path(sys.argv[1])
CONFIGURATION = "etc/seekd/seekd.toml"
OWN_POLICY = "etc/seekd/seekd.toml.d/policy.toml"


@unittest.skipUnless(os.geteuid() == 0, "installing packages needs root")
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = overlay_root.mounted_root(cls)
        run("mount", "--rbind", "/proc", cls.root / "proc")
        made = cls.root / "packages"
        built = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", made], capture_output=True, text=True)
        if built.returncode != 0:
            raise AssertionError(built.stdout + built.stderr)
        cls.packages = [f"/packages/{path.name}" for path in sorted(made.glob("*.deb"))]

    def inside(self, *command, check=True):
        done = subprocess.run(["chroot", str(self.root), *command], capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
        if check:
            self.assertEqual(done.returncode, 0, f"{command}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def there(self, path):
        return (self.root / path).exists()

    def install(self):
        self.inside("dpkg", "--install", "--force-confdef", "--force-confold", *self.packages)

    def test_the_life_of_an_installation(self):
        self.install()
        self.installed()
        self.configured_by_its_owner()
        self.removed()
        self.installed_again()
        self.purged()

    def installed(self):
        self.assertEqual([name.split("_")[0] for name in self.packages],
                         ["/packages/seekd-libtorch", "/packages/seekd-model", "/packages/seekd"])
        self.assertIn("seekd-libtorch", self.inside("dpkg-query", "-W", "-f", "${Depends}", "seekd"))
        self.assertIn("librocksdb", self.inside("dpkg-query", "-W", "-f", "${Depends}", "seekd"))
        for account in ("seekd", "seekd-fetcher"):
            self.inside("id", account)
        self.assertIn("libtorch_cpu.so => /usr/bin/../lib/seekd/", self.inside("ldd", "/usr/bin/seekd"))
        self.inside("seekd", "--version")
        self.inside("seekd-fetcher", "--version")
        self.assertIn("real_time", self.inside("seekctl", "decide", "What is the weather in Oslo right now?"))
        self.assertIn("seekctl-ask - ", self.inside("man", "--pager=cat", "seekctl-ask").replace("‐", "-").replace("\b", ""))
        for path in ("usr/lib/systemd/system/seekd.service", "usr/share/man/man5/seekd.toml.5", "usr/share/seekd/models",
                     "usr/share/bash-completion/completions/seekctl", CONFIGURATION):
            self.assertTrue(self.there(path), path)
        self.inside("seekctl", "config", "check")

    def configured_by_its_owner(self):
        with open(self.root / CONFIGURATION, "a", encoding="utf-8") as file:
            file.write("# kept\n")
        (self.root / OWN_POLICY).parent.mkdir(exist_ok=True)
        (self.root / OWN_POLICY).write_text('[egress]\nallow = [".example.org"]\n', encoding="utf-8")
        (self.root / "var/lib/seekd/cache").mkdir(parents=True, exist_ok=True)

    def removed(self):
        self.inside("dpkg", "--remove", "seekd")
        self.assertFalse(self.there("usr/bin/seekd"))
        self.assertFalse(self.there("usr/lib/systemd/system/seekd.service"))
        for path in (CONFIGURATION, OWN_POLICY, "var/lib/seekd/cache"):
            self.assertTrue(self.there(path), path)

    def installed_again(self):
        self.install()
        self.assertIn("# kept", (self.root / CONFIGURATION).read_text(encoding="utf-8"))
        self.assertIn("allow", self.inside("seekctl", "egress", "https://www.example.org/"))

    def purged(self):
        told = self.inside("dpkg", "--purge", "seekd", "seekd-libtorch", "seekd-model")
        self.assertIn("/var/lib/seekd stays", told)
        self.assertFalse(self.there(CONFIGURATION))
        for path in (OWN_POLICY, "var/lib/seekd/cache"):
            self.assertTrue(self.there(path), path)
        self.assertFalse(self.there("usr/lib/seekd"))


if __name__ == "__main__":
    overlay_root.own_mounts()
    del sys.argv[1]
    unittest.main()
