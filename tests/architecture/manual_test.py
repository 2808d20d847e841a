"""Manual pages and completions, as they are installed: whole, well-formed, and what the shells make of them.

usage: manual_test.py BUILD_FOLDER
"""

import pathlib
import re
import subprocess
import sys
import unittest

BUILD = pathlib.Path(sys.argv[1])
MANUAL = BUILD / "manual"


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **options).stdout


def help_of(*command):
    return run(BUILD / "bin" / command[0], *command[1:], "--help")


def page(name, section=1):
    """As a reader sees it, in one line, without hyphenation or overstriking."""
    return " ".join(run("mandoc", "-T", "ascii", "-O", "width=1000", MANUAL / f"man{section}" / f"{name}.{section}").replace("_\b", "").split())


def plain(text):
    return re.sub(r".\x08", "", text)


class ManualPages(unittest.TestCase):
    def test_a_linter_finds_nothing_wrong(self):
        pages = sorted(MANUAL.glob("man*/*"))
        self.assertGreater(len(pages), 40)
        linted = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *map(str, pages)], capture_output=True, text=True)
        told = [line for line in linted.stdout.splitlines() if "missing date" not in line]  # no date: the build stays the same
        self.assertEqual(told, [])

    def test_every_command_has_one_with_every_option_of_its_help(self):
        commands = re.findall(r"^  ([a-z]+) ", help_of("seekctl").split("Subcommands:")[1], re.MULTILINE)
        self.assertIn("ask", commands)
        for command in commands:
            shown = plain(page(f"seekctl-{command}"))
            for option in re.findall(r"--[a-z][a-z-]+", help_of("seekctl", command)):
                self.assertTrue(option in shown, f"seekctl {command} {option}")

    def test_the_page_of_the_configuration_has_every_option(self):
        shown = plain(page("seekd.toml", 5))
        for setting in re.findall(r"^(\w+ = .+)$", run(BUILD / "bin" / "seekctl", "config", "show-defaults"), re.MULTILINE):
            self.assertTrue(" ".join(setting.split()) in shown, setting)

    def test_examples_keep_their_lines_and_quotes(self):
        self.assertIn('seekctl ask "What is new in Debian 13?" --url https://www.debian.org/News/', plain(page("seekctl-ask")))


class Completions(unittest.TestCase):
    def in_bash(self, *words):
        script = f'source "{MANUAL}/bash/seekctl"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _seekctl 2>/dev/null; echo "${{COMPREPLY[@]}}"'
        return run("bash", "-c", script, "bash", *words).split()

    def in_fish(self, line):
        told = run("fish", "--no-config", "-c", f'source "{MANUAL}/fish/seekctl.fish"; complete -C "{line}"', env={"HOME": str(BUILD), "PATH": "/usr/bin:/bin"})
        return [line.split("\t")[0] for line in told.splitlines()]

    def test_bash_offers_commands_and_options_of_the_command_that_is_written(self):
        self.assertEqual(self.in_bash("seekctl", "wat"), ["watch"])
        self.assertEqual(self.in_bash("seekctl", "watch", "a"), ["add"])
        self.assertEqual(self.in_bash("seekctl", "ask", "--off"), ["--offline"])
        self.assertNotIn("--offline", self.in_bash("seekctl", "watch", "--"))

    def test_fish_offers_the_same(self):
        self.assertEqual(self.in_fish("seekctl wat"), ["watch"])
        self.assertEqual(self.in_fish("seekctl watch a"), ["add"])
        self.assertEqual(self.in_fish("seekctl ask --off"), ["--offline"])

    def test_zsh_reads_what_is_made_for_it(self):
        run("zsh", "-f", "-n", MANUAL / "zsh" / "_seekctl")


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main()
