"""The commands of a program, read from what it prints for --help, which is the one place that describes them."""

import dataclasses
import re
import subprocess

COLUMN = 30  # where CLI11 begins an entry's description
SECTIONS = {"Positionals:": "positionals", "Options:": "options", "Subcommands:": "subcommands"}


@dataclasses.dataclass
class Entry:
    """A line of a section: what is written, and what that means."""

    written: str
    description: str

    @property
    def names(self):
        return self.written.split()[0].split(",")

    @property
    def value(self):
        """The kind of value that an option takes ("TEXT", "UINT"); "" of a flag."""
        words = self.written.split()
        return words[1] if len(words) > 1 and re.match(r"[A-Z]{3,}\b", words[1]) and words[1] != "REQUIRED" else ""

    @property
    def choices(self):
        """The words that may be the value, where they are few."""
        braces = re.search(r"\{([^{}]*)\}", self.written)
        return [word.split("->")[0] for word in braces.group(1).split(",")] if braces else []


@dataclasses.dataclass
class Command:
    path: list  # its name as it is called: ["seekctl", "watch", "add"]
    description: str = ""
    usage: str = ""
    positionals: list = dataclasses.field(default_factory=list)
    options: list = dataclasses.field(default_factory=list)
    footer: str = ""
    commands: list = dataclasses.field(default_factory=list)  # those below it

    @property
    def name(self):
        return "-".join(self.path)

    def walk(self):
        yield self
        for command in self.commands:
            yield from command.walk()


def read_help(text):
    """Gives the description, the usage, the entries of each section, and what follows them."""
    description, usage, footer = [], "", []
    entries = {name: [] for name in SECTIONS.values()}
    section = None
    for line in text.rstrip().splitlines():
        if line.startswith("Usage:"):
            usage = line.removeprefix("Usage:").strip()
        elif not usage:
            description.append(line)
        elif line in SECTIONS:
            section = entries[SECTIONS[line]]
        elif section is None:
            footer.append(line)
        elif line.startswith(" " * COLUMN):
            section[-1].description = f"{section[-1].description} {line.strip()}".strip()
        elif line.startswith("  "):
            split = re.match(r"(.*?\S)\s{2,}(.*)", line[2:])
            section.append(Entry(*(split.groups() if split and len(line) > COLUMN else (line.strip(), ""))))
        else:
            section = None
            footer.append(line)
    return "\n".join(description), usage, entries, "\n".join(footer).strip()


def read_program(program, path):
    """The command that `program` and the further words of `path` call, with all below it."""
    told = subprocess.run([program, *path[1:], "--help"], check=True, capture_output=True, text=True).stdout
    description, usage, entries, footer = read_help(told)
    if not usage:
        raise ValueError(f"'{' '.join(path)} --help' prints no usage")
    usage = re.sub(r"^\S*/", "", usage)
    below = [read_program(program, [*path, entry.names[0]]) for entry in entries["subcommands"]]
    return Command(path, description.strip(), usage, entries["positionals"], entries["options"], footer, below)
