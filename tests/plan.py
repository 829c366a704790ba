"""Which tests a run takes and in which order, by rules that a new test falls under by itself."""

from __future__ import annotations

from typing import Any

import pytest

# Whoever asks for none of these, directly or through another fixture, has no way to a database:
# pytest-django refuses it in this process, and every command is started on a data folder.
# Fixtures that open the database for a whole module ask for `django_db_setup` first.
_WAYS_TO_A_DATABASE = {"db", "transactional_db", "django_db_setup", "data_folder"}
# Folders whose files share one world for as long as one worker lives.
_SHARE_A_WORLD = ("api", "browser", "contract", "notebook", "sdks", "sectors")


def touches_a_database(item: pytest.Item) -> bool:
    """Whether ``item`` can reach a database, in this process or by a command."""
    if item.get_closest_marker("django_db") is not None:
        return True
    return not _WAYS_TO_A_DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def scope_of(nodeid: str) -> str:
    """What stays together on one worker: a file, or the folder whose files share a world."""
    path = nodeid.partition("::")[0]
    return next((name for name in _SHARE_A_WORLD if path.startswith(f"tests/{name}/")), path)


def _seconds(item: pytest.Item) -> float:
    mark = item.get_closest_marker("slow")
    return 0.0 if mark is None else float(mark.kwargs.get("seconds", 5))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out on PostgreSQL what knows no database; begin with what takes longest; try a page in
    the browser once more."""
    if config.getoption("--database") != "sqlite":
        left = [item for item in items if not touches_a_database(item)]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if touches_a_database(item)]
    if config.pluginmanager.hasplugin("rerunfailures"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.flaky(reruns=1))
    lasts: dict[str, float] = {}
    for item in items:
        scope = scope_of(item.nodeid)
        lasts[scope] = lasts.get(scope, 0.0) + _seconds(item)
    items.sort(key=lambda item: -lasts[scope_of(item.nodeid)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out `scope_of` the tests in the order of the collection, the longest first."""
    if config.getoption("--dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    config.option.loadscopereorder = False
    return Scheduling(config, log)
