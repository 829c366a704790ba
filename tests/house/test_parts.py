from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import source

_COPYLEFT = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License")
# The driver of a database that only some choose; the LGPL lets a program use it as it is.
_LESSER = {"psycopg", "psycopg-binary"}


def runtime_parts() -> dict[str, Distribution]:
    """Every distribution that `pip install regulars` brings, by name."""
    settings = tomllib.loads((source.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    waiting = [Requirement(line) for line in settings["project"]["dependencies"]]
    done: set[tuple[str, frozenset[str]]] = set()
    parts: dict[str, Distribution] = {}
    while waiting:
        wanted = waiting.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in done:
            continue
        done.add(key)
        parts[key[0]] = part = distribution(wanted.name)
        for line in part.requires or []:
            needed = Requirement(line)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in (*wanted.extras, "")
            ):
                waiting.append(needed)
    return parts


def licence(part: Distribution) -> str:
    """What ``part`` says of its licence; the long text only where nothing shorter is said, and the
    first line of its licence file where its metadata says nothing at all."""
    said = part.metadata
    classifiers = [line for line in said.get_all("Classifier") or [] if line.startswith("License")]
    stated = said["License-Expression"] or "; ".join(classifiers) or said["License"]
    return stated or (part.read_text("licenses/LICENSE") or "").partition("\n")[0]


def test_no_part_is_copyleft() -> None:
    parts = runtime_parts()
    assert len(parts) > 30
    said = {name: licence(part) for name, part in parts.items()}
    assert [name for name, text in said.items() if not text] == []
    assert {n: text for n, text in said.items() if _COPYLEFT.search(text)} == {}
    assert {n for n, text in said.items() if re.search(r"LGPL|Lesser", text)} <= _LESSER


def test_every_part_is_written_down() -> None:
    page = (source.ROOT / "docs" / "decisions" / "0001-parts.md").read_text(encoding="utf-8")
    written = {canonicalize_name(name) for name in re.findall(r"^\| ([\w.-]+) \|", page, re.M)}
    assert runtime_parts().keys() - written == set()


def test_the_lock_covers_every_part() -> None:
    text = (source.ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.M)}
    assert runtime_parts().keys() - locked == set()
    assert text.count("==") * 2 <= text.count("--hash=sha256:") + text.count("==")
