from __future__ import annotations

import ast
import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import source


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=source.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_new_top_folder_needs_a_place() -> None:
    folders = {p.name for p in source.PACKAGE.iterdir() if p.is_dir() and any(p.rglob("*.py"))}
    assert folders - source.floors().keys() == set()


def imported_roots(path: Path) -> Iterator[str]:
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def test_the_kernel_stands_on_the_standard_library() -> None:
    foreign = {
        (path.name, root)
        for path in (source.PACKAGE / "kernel").rglob("*.py")
        for root in imported_roots(path)
        if root not in sys.stdlib_module_names and root != "regulars"
    }
    assert foreign == set()


def test_simulators_know_only_the_kernel() -> None:
    simulators = [
        path
        for path in (source.PACKAGE / "sectors").rglob("*.py")
        if "simulator" in (path.stem, path.parent.name)
    ]
    assert simulators, "no sector has a simulator"
    allowed = ("regulars.kernel", "regulars.sectors")
    reached = {
        (path.name, node.module)
        for path in simulators
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("regulars")
        and not (node.module or "").startswith(allowed)
    }
    assert reached == set()


def house_models() -> list[Any]:
    from django.apps import apps

    return [m for m in apps.get_models(include_auto_created=True) if source.floor_of(m.__module__)]


def may_point(source_floor: str, target_floor: str) -> bool:
    heights = source.floors()
    return source_floor == target_floor or heights[target_floor] < heights[source_floor]


def test_foreign_keys_point_down() -> None:
    models = house_models()
    assert models, "no model is installed"
    upward = []
    for model in models:
        here = source.floor_of(model.__module__)
        for field in model._meta.get_fields():
            if field.auto_created or not field.is_relation or field.related_model is None:
                continue
            there = source.floor_of(field.related_model.__module__)
            if here and there and not may_point(here, there):
                upward.append(f"{model.__name__}.{field.name} -> {field.related_model.__name__}")
    assert upward == []


def house_receivers() -> Iterator[tuple[Any, Any, int]]:
    """Yield every signal, each of our receivers on it, and the id of the sender it asked for."""
    from django.dispatch import Signal

    for signal in [found for found in gc.get_objects() if issubclass(type(found), Signal)]:
        for entry in signal.receivers:
            held = entry[1]
            receiver = held() if hasattr(held, "__callback__") else held
            if receiver is not None and source.floor_of(receiver.__module__):
                yield signal, receiver, entry[0][1]


def homes_of_signals() -> dict[int, str]:
    """The floor of each signal that the house itself defines, by the signal's id."""
    from django.dispatch import Signal

    return {
        id(value): floor
        for name, module in list(sys.modules.items())
        if (floor := source.floor_of(name))
        for value in vars(module).values()
        if isinstance(value, Signal)
    }


def test_no_signal_is_heard_across_floors() -> None:
    from django.db.models.signals import ModelSignal

    floor_of_sender = {id(m): source.floor_of(m.__module__) for m in house_models()}
    homes = homes_of_signals()
    across = []
    for signal, receiver, sender in house_receivers():
        here = source.floor_of(receiver.__module__)
        if isinstance(signal, ModelSignal):
            # A receiver that names no sender hears every floor's models.
            heard = "every floor" if sender == id(None) else floor_of_sender.get(sender, here)
        else:
            heard = homes.get(id(signal), here)
        if heard != here:
            across.append(f"{receiver.__module__}.{receiver.__qualname__} hears {heard}")
    assert across == []


@pytest.mark.parametrize("model_field", ["Identifier", "Profile"])
def test_what_points_at_a_person_can_be_erased(model_field: str) -> None:
    from regulars.profiles.erasure import handlers

    erasable = {handler.table for handler in handlers()}
    personal = {
        model._meta.db_table
        for model in house_models()
        if model.__name__ == model_field
        or any(
            field.related_model.__name__ == model_field
            for field in model._meta.get_fields()
            if field.is_relation and not field.auto_created and field.related_model
        )
    }
    assert personal, f"no model points at {model_field}"
    assert personal - erasable == set()
