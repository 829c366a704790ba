"""The page of all commands, written from the program itself:
``python -m tests.contract.command_page > docs/reference/cli.md``"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_HEAD = """# Commands

`REGULARS_DATA` names the data folder for every command (default `./regulars-data`). Every command
takes `--json`, whose shape is in [schemas](schemas/), and `--as-member EMAIL`, which acts with that
member's rights instead of the owner's; both may stand anywhere on the line.

Exit status: 0 done, 2 wrong use, 1 anything else, with one plain sentence on standard error. Rows
in quarantine are no failure. A file of unknown shape without `--map` or `--yes` ends with 2 and
shows how it would be read.
"""
# What has no answer of its own to describe.
WITHOUT_ANSWER = {"serve", "demo"}
# Commands that answer in a second shape, by an option or without words.
_MORE = {
    "import": ["import-dry-run"],
    "metric": ["metric-definitions"],
    "people export": ["people-export-out"],
    "today": ["today-all"],
}


def commands() -> Iterator[tuple[str, Any]]:
    """Each command by its words, in the order of the program."""
    from typer.main import get_command

    from regulars.cli.app import _register, app

    _register()
    yield from _inside("", get_command(app))


def _inside(words: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        path = f"{words} {name}".strip()
        if hasattr(command, "commands"):
            yield from _inside(path, command)
        else:
            yield path, command


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, *(_section(path, command) for path, command in commands())]
    return "\n".join(parts)


def _section(path: str, command: Any) -> str:
    options = [one for one in command.params if one.param_type_name == "option"]
    lines = [
        f"## regulars {path}",
        "",
        command.help.strip(),
        "",
        "```text",
        _usage(path, command),
        "```",
    ]
    if options:
        lines += ["", "| option | means | default |", "| --- | --- | --- |"]
        lines += [_row(one) for one in options]
    if path not in WITHOUT_ANSWER:
        lines += ["", f"`--json`: {_schemas(path)}"]
    return "\n".join([*lines, ""])


def _usage(path: str, command: Any) -> str:
    words = ["regulars", path]
    for one in command.params:
        if one.param_type_name == "argument":
            words.append(_argument(one))
    return " ".join([*words, "[OPTIONS]"])


def _argument(one: Any) -> str:
    name = str(one.metavar or one.name.upper())
    return name if one.required else f"[{name}]"


def _row(one: Any) -> str:
    names = "/".join([*one.opts, *one.secondary_opts])
    value = "" if one.is_flag else f" {one.metavar or one.name.upper()}"
    default = one.default
    shown = "required" if one.required else "" if default in (None, "", [], False) else f"{default}"
    shown = "" if one.is_flag and default is False else shown
    shown = one.opts[0] if one.is_flag and default is True and one.secondary_opts else shown
    return f"| `{names}{value}` | {one.help or ''} | {shown} |"


def _schemas(path: str) -> str:
    names = [path.replace(" ", "-")]
    names += _MORE.get(path, [])
    return ", ".join(f"[{name}.json](schemas/{name}.json)" for name in names)


if __name__ == "__main__":
    print(page(), end="")
