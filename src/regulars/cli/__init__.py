"""The `regulars` command."""

from __future__ import annotations

import sys

# Said anywhere on the line, these belong to the program, not to one command.
_EVERYWHERE = {"--json": 0, "--as-member": 1}


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 wrong use, 1 anything else."""
    from regulars.cli.app import run

    sys.exit(run(hoisted(sys.argv[1:] if arguments is None else arguments)))


def hoisted(arguments: list[str]) -> list[str]:
    """Return ``arguments`` with the options of the program moved before the command."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name = word.split("=", 1)[0]
        if word == "--":
            return [*front, *rest, word, *words]
        if name not in _EVERYWHERE:
            rest.append(word)
            continue
        front.append(word)
        if _EVERYWHERE[name] and "=" not in word:
            front.extend([value] if (value := next(words, None)) is not None else [])
    return [*front, *rest]
