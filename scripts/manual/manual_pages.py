"""Manual pages in man(7), one for each command, and one for the configuration file."""

import itertools
import re
import textwrap

FILES = {
    "/etc/seekd/seekd.toml": "the configuration, seekd.toml(5)",
    "/etc/seekd/seekd.toml.d/*.toml": "what is put over it, in the order of their names",
    "/run/seekd/seekd.sock": "where seekd is asked",
}


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def heading(name, section, version):
    return f'.TH {name.upper()} {section} "" "seekd {version}" "seekd"'


def in_one_line(description):
    """As whatis(1) wants it: one line, no full stop."""
    return re.split(r"(?<=[.;?]) ", description.replace("\n", " "))[0].rstrip(".;")


def entries(title, listed):
    if not listed:
        return []
    lines = [f".SH {title}"]
    for entry in listed:
        lines += [".TP", f"\\fB{escaped(entry.written)}\\fR", escaped(entry.description) or "\\&"]
    return lines


def flowing(text, verbatim):
    """Text as paragraphs, with runs of lines that `verbatim` holds of kept as they are, indented."""
    paragraphs = []
    for kept, run in itertools.groupby(text.strip("\n").splitlines(), key=lambda line: bool(verbatim(line))):
        body = textwrap.dedent("\n".join(run)).strip("\n")
        if kept:
            paragraphs.append(f".nf\n.RS\n{escaped(body)}\n.RE\n.fi")
        elif body:
            paragraphs += [escaped(one) for one in re.split(r"\n\n+|\n(?=Examples?:)", body)]
    return "\n.PP\n".join(paragraphs)


def command_page(command, section, version, related):
    lines = [heading(command.name, section, version), ".SH NAME",
             f"{escaped(command.name)} \\- {escaped(in_one_line(command.description))}",
             ".SH SYNOPSIS", f"\\fB{escaped(command.usage)}\\fR", ".SH DESCRIPTION", escaped(command.description)]
    if command.footer:
        lines += [".PP", flowing(command.footer, lambda line: line.startswith("  "))]
    lines += entries("ARGUMENTS", command.positionals) + entries("OPTIONS", command.options)
    if command.commands:
        lines.append(".SH COMMANDS")
        for below in command.commands:
            lines += [".TP", f"\\fB{escaped(below.name)}\\fR({section})", escaped(below.description.splitlines()[0])]
    lines.append(".SH FILES")
    for path, what in FILES.items():
        lines += [".TP", f"\\fI{escaped(path)}\\fR", escaped(what)]
    others = [f"\\fB{escaped(name)}\\fR({number})" for name, number in related if name != command.name]
    return "\n".join([*lines, ".SH SEE ALSO", ", ".join(others), ""])


def configuration_page(commented, version):
    """seekd.toml(5), of the commented list of all options."""
    lines = [heading("seekd.toml", 5, version), ".SH NAME", "seekd.toml \\- every option of seekd, seekd\\-fetcher and seekctl",
             ".SH DESCRIPTION"]
    comment = []

    def said():
        text = flowing("\n".join(comment), lambda line: re.match(r"[\[ ]|\w+ = ", line))
        comment.clear()
        return [text] if text else []

    for line in commented.splitlines():
        if line.startswith("#"):
            comment.append(line[1:].removeprefix(" "))
        elif header := re.match(r"\[+([\w.]+)\]+$", line):
            lines += [*said(), f".SH [{header.group(1)}]"]
        elif setting := re.match(r"(\w+) = (.*)", line):
            lines += [".TP", f"\\fB{escaped(setting.group(1))}\\fR = {escaped(setting.group(2))}", *said()]
        elif comment:
            text = said()
            lines += text if lines[-1].startswith(".SH") else [".PP", *text]
    return "\n".join([*lines, *said(), ".SH SEE ALSO", "\\fBseekd\\fR(8), \\fBseekd\\-fetcher\\fR(8), \\fBseekctl\\fR(1)", ""])
