"""The soak in short: encrypted, it keeps its budgets, and says so when one is not kept.

usage: soak_test.py CACHE_SOAK
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOAK = sys.argv.pop(1)
SHORT = {"--minutes": 0.2, "--interval": 3, "--retention": 5, "--reclaim-every": 2, "--urls": 200, "--stores": 20,
         "--p99-budget": 60000, "--slowing": 1000, "--growth": 3, "--memory-budget": 2000}


class Soak(unittest.TestCase):
    def run_short(self, changed):
        with tempfile.TemporaryDirectory() as folder:
            key = pathlib.Path(folder) / "key"
            key.write_bytes(os.urandom(32))
            key.chmod(0o400)
            options = {**SHORT, "--key-file": key, **changed}
            arguments = [str(part) for option in options.items() for part in option]
            done = subprocess.run([SOAK, folder, *arguments], capture_output=True, text=True, timeout=110)
        return done.returncode, done.stdout + done.stderr

    def test_it_keeps_its_budgets_encrypted(self):
        status, said = self.run_short({})
        self.assertEqual(status, 0, said)
        self.assertEqual(len([line for line in said.splitlines() if "|" in line]), 5, said)

    def test_a_budget_that_is_not_kept_is_named(self):
        status, said = self.run_short({"--minutes": 0.05, "--memory-budget": 1, "--descriptor-budget": 2})
        self.assertEqual(status, 1, said)
        for what in ("resident MiB", "descriptors"):
            self.assertIn(f"interval 1: {what}", said)


if __name__ == "__main__":
    unittest.main()
