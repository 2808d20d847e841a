"""seekctl token: what the file of keys holds after keys were made and taken back, by many at once too.

usage: token_test.py SEEKCTL
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}


class Token(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "keys"

    def token(self, *arguments):
        return subprocess.run([SEEKCTL, "token", *arguments], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)

    def create(self, name, *options):
        done = self.token("create", "--name", name, "--role", "reader", "--append", self.file, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def listed(self):
        done = self.token("list", "--file", self.file, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["keys"]

    def test_keys_are_listed_with_what_they_may_and_until_when_and_never_with_themselves(self):
        key = self.create("alice", "--expires", "2020-01-31")
        self.create("bob", "--role", "auditor")
        alice, bob = self.listed()
        self.assertEqual((alice["name"], alice["roles"], alice["last_day"], alice["expired"]), ("alice", ["reader"], "2020-01-31", True))
        self.assertEqual((bob["roles"], bob["last_day"], bob["expired"]), (["reader", "auditor"], None, False))
        shown = self.token("list", "--file", self.file).stdout
        self.assertRegex(shown, rf"NAME .*\nalice +{alice['id']} +reader +2020-01-31 \(over\)\nbob +{bob['id']} +reader,auditor +never\n")
        self.assertNotIn(key.removeprefix("seekd_")[:12], shown)

    def test_one_of_two_keys_of_a_name_is_revoked_by_its_id(self):
        self.create("alice")
        self.create("alice")
        old, new = self.listed()
        self.assertEqual(self.token("revoke", "alice", "--id", old["id"], "--file", self.file).returncode, 0)
        self.assertEqual(self.listed(), [new])
        self.assertEqual(self.token("revoke", "alice", "--id", old["id"], "--file", self.file).returncode, 1)
        self.assertEqual(self.token("revoke", "alice", "--file", self.file).returncode, 0)
        self.assertEqual(self.listed(), [])

    def test_a_file_behind_a_link_stays_there_and_the_folder_holds_nothing_else(self):
        self.create("alice")
        link = self.folder / "link"
        link.symlink_to("keys")
        self.assertEqual(self.token("revoke", "alice", "--file", link).returncode, 0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(self.listed(), [])
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["keys", "link"])

    def test_many_at_once_lose_no_key_and_keep_none_that_was_taken_back(self):
        for i in range(8):
            self.create(f"leaver{i}")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            made = [pool.submit(self.create, f"comer{i}") for i in range(24)]
            gone = [pool.submit(self.token, "revoke", f"leaver{i}", "--file", self.file) for i in range(8)]
            self.assertEqual([done.result().returncode for done in gone], [0] * 8)
            for done in made:
                done.result()
        self.assertEqual(sorted(key["name"] for key in self.listed()), sorted(f"comer{i}" for i in range(24)))

    def test_a_line_that_is_none_is_told_and_nothing_is_changed(self):
        self.create("alice")
        self.file.write_text(self.file.read_text() + "nonsense")
        before = self.file.read_text()
        for command in (["list"], ["revoke", "alice"]):
            done = self.token(*command, "--file", self.file)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("line 2 is not", done.stderr)
        self.assertEqual(self.file.read_text(), before)

    def test_a_key_is_added_behind_a_last_line_without_its_break(self):
        self.create("alice")
        self.file.write_text(self.file.read_text().rstrip("\n"))
        self.create("bob")
        self.assertEqual([key["name"] for key in self.listed()], ["alice", "bob"])

    def test_what_is_not_there_is_told_with_the_remedy(self):
        done = self.token("list", "--file", self.file)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)
        config = self.folder / "seekd.toml"
        config.write_text("")
        self.assertIn("--file", self.token("list", "--config", config).stderr)
        self.assertEqual(self.token("revoke").returncode, 2)


if __name__ == "__main__":
    unittest.main()
