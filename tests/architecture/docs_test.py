"""The documents say what is there: links lead somewhere, commands and options exist.

usage: docs_test.py ROOT BIN_FOLDER
"""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT, BIN = (pathlib.Path(sys.argv.pop(1)) for _ in range(2))
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


def documents():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split() if not name.startswith("tests/fuzz/corpus/")]


class Documents(unittest.TestCase):
    def test_every_link_leads_to_something_that_is_there(self):
        dead = [f"{document.relative_to(ROOT)}: {link}" for document in documents()
                for link in LINK.findall(document.read_text(encoding="utf-8"))
                if "://" not in link and not (document.parent / link).exists()]
        self.assertEqual(dead, [])

    def test_every_folder_of_sources_stands_in_the_architecture(self):
        text = (ROOT / "docs/ARCHITECTURE.md").read_text()
        for folder in sorted(path.parent.name for path in ROOT.glob("*/CMakeLists.txt")):
            self.assertIn(f"[{folder}/](../{folder})", text)

    def test_every_seekctl_command_of_the_readme_is_there(self):
        text = "\n".join(document.read_text(encoding="utf-8") for document in documents())
        named = set(re.findall(r"seekctl ([a-z]+)\b", text))
        helped = subprocess.run([BIN / "seekctl", "--help"], check=True, capture_output=True, text=True).stdout
        offered = set(re.findall(r"^  ([a-z]+)\b", helped, re.M))
        self.assertTrue(named)
        self.assertEqual(named - offered, set())

    def test_every_command_has_help_of_its_own(self):
        helped = subprocess.run([BIN / "seekctl", "--help"], check=True, capture_output=True, text=True).stdout
        commands = re.findall(r"^  ([a-z]+)\b", helped.split("Subcommands:")[-1], re.M)
        self.assertGreater(len(commands), 8)
        for command in commands:
            done = subprocess.run([BIN / "seekctl", command, "--help"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, command)
            self.assertIn(command, done.stdout)


if __name__ == "__main__":
    unittest.main()
