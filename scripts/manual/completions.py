"""What a shell offers when Tab is pressed behind a program's name: its commands, their options, and the values of those
that have few. Anything else that an option takes may be a file."""

import shlex


def long_names(command):
    return [name for option in command.options for name in option.names if name.startswith("--")]


def valued(command):
    """The options that take a value, each by all its names."""
    return [(option.names, option.choices) for option in command.options if option.value]


def case_of(pattern, words):
    return f"    {shlex.quote(pattern)}) words={shlex.quote(' '.join(words))} ;;"


def bash(program):
    """Which command the words name is found by walking along them; options and their values are passed over."""
    offered, values, taking = [], [], []
    for command in program.walk():
        path = " ".join(command.path)
        offered.append(case_of(path, [below.path[-1] for below in command.commands] + long_names(command)))
        for names, choices in valued(command):
            taking += [f"{path} {name}" for name in names]
            values += [case_of(f"{path} {name}", choices) for name in names if choices]
    name = program.path[0]
    function = "_" + name.replace("-", "_")
    known = " | ".join(shlex.quote(" ".join(command.path)) for command in program.walk())
    takes = " | ".join(shlex.quote(one) for one in taking)
    return "\n".join([
        f"# Completion of {name} in bash.",
        f"{function}() {{",
        "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}",
        f"  local command={name} words= word",
        '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        f'    case "$command $word" in {known}) command="$command $word" ;; esac',
        "  done",
        '  case "$command $previous" in',
        *values,
        f"    {takes}) COMPREPLY=($(compgen -f -- \"$current\")); compopt -o filenames; return ;;",
        '    *) case "$command" in',
        *offered,
        "    esac ;;",
        "  esac",
        '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
        '  if [[ ${#COMPREPLY[@]} == 0 ]]; then compopt -o default; fi',
        "}",
        f"complete -F {function} {name}",
        "",
    ])


def zsh(program):
    """zsh runs the function made for bash, as its own bashcompinit provides for."""
    name = program.path[0]
    return f"#compdef {name}\nautoload -U +X bashcompinit && bashcompinit\n" + bash(program)


def fish(program):
    lines = [f"# Completion of {program.path[0]} in fish."]
    name = program.path[0]
    for command in program.walk():
        above = command.path[1:]
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in above)
        below = [one.path[-1] for one in command.commands]
        if below:
            none = f"not __fish_seen_subcommand_from {' '.join(below)}"
            condition = f"{seen}; and {none}" if seen else none
            for one in command.commands:
                lines.append(f"complete -c {name} -f -n {shlex.quote(condition)} -a {one.path[-1]} "
                             f"-d {shlex.quote(one.description.splitlines()[0])}")
        for option in command.options:
            words = ["complete", "-c", name] + (["-n", shlex.quote(seen)] if seen else [])
            for one in option.names:
                words += ["-l", one[2:]] if one.startswith("--") else ["-s", one[1:]]
            if option.choices:
                words += ["-x", "-a", shlex.quote(" ".join(option.choices))]
            elif option.value:
                words.append("-r")
            lines.append(" ".join([*words, "-d", shlex.quote(option.description)]))
    return "\n".join(lines) + "\n"
