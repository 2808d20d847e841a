"""The units, judged by systemd's own tools: valid, hardened, and with the deny list whole.

usage: units_test.py BUILD_FOLDER
"""

import ipaddress
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1))
ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = ROOT / "systemd"

# Highest exposure accepted, in systemd-analyze's points: lower is tighter. A rise is a decision, not an accident. What is left of
# seekd's: GPUs (0.5 of devices, /proc/driver and memory that libtorch writes and runs), callers' accounts (PrivateUsers=,
# decisions/0034), and setpriority, without which embedding would slow questions down.
EXPOSURE_MAX = {"seekd.service": 0.7, "seekd-fetcher.service": 1.1}

# docs/egress.md, "Addresses that are never connected to".
DENIED = """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32 ::/3 2001::/23
2001:db8::/32 2002::/16 3fff::/20 4000::/2 8000::/1""".split()


def setting(unit, name):
    text = (UNITS / unit).read_text()
    return " ".join(re.findall(rf"^{name}=(.*)$", text, re.M)).split()


class Units(unittest.TestCase):
    def test_systemd_finds_nothing_wrong_with_the_installed_units(self):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            environment = dict(os.environ, DESTDIR=str(root))
            subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr", "--component", "seekd"],
                           check=True, capture_output=True, env=environment)
            # The host's own targets, which ours refer to.
            shutil.copytree("/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True, dirs_exist_ok=True)
            (root / "lib").symlink_to("usr/lib")
            # What ExecReload= runs.
            (root / "bin").mkdir()
            shutil.copy2("/bin/kill", root / "bin/kill")
            units = [f"/usr/lib/systemd/system/{unit}" for unit in ("seekd.socket", "seekd.service", "seekd-fetcher.service")]
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={root}", *units],
                                  capture_output=True, text=True)
            # systemd before 254 does not know them, and passes them over.
            later = [f"Unknown key '{key}' in section [Service], ignoring." for key in ("RestartSteps", "RestartMaxDelaySec")]
            ours = [line for line in (done.stdout + done.stderr).splitlines() if "seekd" in line]
            self.assertEqual([line for line in ours if not line.endswith(tuple(later))], [])
            if not ours:
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_program_that_failed_is_started_again_later_each_time_and_never_given_up(self):
        for unit in EXPOSURE_MAX:
            self.assertEqual(setting(unit, "Restart"), ["on-failure"], unit)
            self.assertEqual(setting(unit, "StartLimitIntervalSec"), ["0"], unit)
            self.assertIn("RestartSec=", (UNITS / unit).read_text())
            self.assertTrue(setting(unit, "RestartSteps") and setting(unit, "RestartMaxDelaySec"), unit)

    def test_a_configuration_that_is_refused_is_not_tried_again(self):
        for unit, program in (("seekd.service", "daemon/main.cpp"), ("seekd-fetcher.service", "fetcher/broker/main.cpp")):
            self.assertEqual(setting(unit, "RestartPreventExitStatus"), [str(os.EX_CONFIG)], unit)
            self.assertIn("EX_CONFIG", (ROOT / program).read_text())

    def test_exposure_is_no_higher_than_agreed(self):
        for unit, most in EXPOSURE_MAX.items():
            done = subprocess.run(["systemd-analyze", "security", "--offline=yes", UNITS / unit],
                                  capture_output=True, text=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
            found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
            self.assertIsNotNone(found, done.stdout + done.stderr)
            self.assertLessEqual(float(found[1]), most, unit)

    def test_the_fetcher_denies_the_whole_list(self):
        denied = {ipaddress.ip_network(text) for text in setting("seekd-fetcher.service", "IPAddressDeny")}
        self.assertEqual(denied, {ipaddress.ip_network(text) for text in DENIED})

    def test_the_fetcher_denies_every_ipv4_address_that_the_policy_and_its_document_do(self):
        denied = [ipaddress.ip_network(text) for text in setting("seekd-fetcher.service", "IPAddressDeny") if ":" not in text]
        listed = re.findall(r"{v4\((\d+), (\d+), (\d+), (\d+), (\d+)\),", (ROOT / "policy/address.cpp").read_text())
        self.assertGreater(len(listed), 20)
        written = re.search(r"^- IPv4: (.*?)^- ", (ROOT / "docs/egress.md").read_text(), re.M | re.S)[1]
        told = [ipaddress.ip_network(host + ".0" * (3 - host.count(".")) + (bits or "/32"))
                for host, bits in re.findall(r"\b(\d+(?:\.\d+)*)(/\d+)?\b", written)]
        for *host, bits in listed:
            network = ipaddress.ip_network(f"{'.'.join(host)}/{bits}")
            for place in (denied, told):
                self.assertTrue(any(network.subnet_of(wider) for wider in place), network)

    def test_the_fetcher_may_fork_as_many_workers_as_the_configuration_may_ask_for(self):
        most = re.search(r'"fetcher.workers_max", 1, (\d+)\)', (ROOT / "config/option_table.cpp").read_text())
        self.assertGreaterEqual(int(*setting("seekd-fetcher.service", "TasksMax")), int(most[1]) + 64)
        self.assertGreaterEqual(int(*setting("seekd-fetcher.service", "LimitNOFILE")), 3 * int(most[1]) + 512)

    def test_seekd_has_no_network(self):
        self.assertEqual(setting("seekd.service", "PrivateNetwork"), ["yes"])
        self.assertEqual(setting("seekd.service", "IPAddressDeny"), ["any"])
        self.assertEqual(setting("seekd.service", "RestrictAddressFamilies"), ["AF_UNIX"])

    def test_the_fetcher_cannot_see_the_cache(self):
        self.assertIn("-/var/lib/seekd", setting("seekd-fetcher.service", "InaccessiblePaths"))
        self.assertNotEqual(setting("seekd.service", "User"), setting("seekd-fetcher.service", "User"))

    def test_sysusers_and_tmpfiles_parse(self):
        with tempfile.TemporaryDirectory() as name:
            etc = pathlib.Path(name) / "etc"
            etc.mkdir()
            subprocess.run(["systemd-sysusers", f"--root={name}", UNITS / "seekd.sysusers"], check=True, capture_output=True)
            accounts = (etc / "passwd").read_text()
            self.assertIn("seekd:", accounts)
            self.assertIn("seekd-fetcher:", accounts)
            self.assertIn("seekd-users:", (etc / "group").read_text())
            subprocess.run(["systemd-tmpfiles", f"--root={name}", "--create", UNITS / "seekd.tmpfiles"],
                           check=True, capture_output=True)
            self.assertTrue((etc / "seekd" / "seekd.toml.d").is_dir())


if __name__ == "__main__":
    unittest.main()
