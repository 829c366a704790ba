from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from regulars.jobs import ticker
from regulars.jobs.models import Job, Tick
from regulars.jobs.registry import job as declare
from regulars.jobs.ticker import Weekly, tick
from regulars.kernel import clock

JOB = "sample.weekly"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
MONDAY, SUNDAY = 0, 6
pytestmark = pytest.mark.django_db


@declare(JOB)
def weekly(due_at: str) -> None:
    pass


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Weekly]]:
    """What comes round, for the test to fill."""
    kept: list[Weekly] = []
    monkeypatch.setattr(ticker, "_schedules", {})
    ticker.schedule(JOB, times=lambda: kept)
    yield kept


def every(
    weekday: int, hour: int, zone: str = "Europe/London", since: datetime = LONG_AGO
) -> Weekly:
    return Weekly(weekday, hour, zone, since)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def done(now: str) -> list[str]:
    """The jobs that a look at ``now`` queues, by their occasion."""
    before = set(Job.objects.values_list("pk", flat=True))
    with clock.frozen(at(now)):
        tick()
    new = Job.objects.exclude(pk__in=before).order_by("pk")
    return [one.arguments["due_at"] for one in new]


def test_an_occasion_happens_once(times: list[Weekly]) -> None:
    times.append(every(MONDAY, 7, since=at("2026-03-01 00:00")))
    assert done("2026-03-02 06:59:59") == []
    assert done("2026-03-02 07:00") == ["2026-03-02T07:00:00+00:00"]
    assert done("2026-03-02 07:00:20") == []
    assert done("2026-03-08 23:59") == []
    assert done("2026-03-09 07:10") == ["2026-03-09T07:00:00+00:00"]


@pytest.mark.parametrize(
    ("zone", "hour", "day", "due"),
    [
        # London's clocks go from 01:00 to 02:00 on 29 March and from 02:00 back on 25 October.
        ("Europe/London", 0, "2026-03-29", "2026-03-29T00:00:00+00:00"),
        ("Europe/London", 1, "2026-03-29", "2026-03-29T01:00:00+00:00"),
        ("Europe/London", 2, "2026-03-29", "2026-03-29T01:00:00+00:00"),
        ("Europe/London", 7, "2026-03-29", "2026-03-29T06:00:00+00:00"),
        ("Europe/London", 0, "2026-10-25", "2026-10-24T23:00:00+00:00"),
        ("Europe/London", 1, "2026-10-25", "2026-10-25T00:00:00+00:00"),
        ("Europe/London", 7, "2026-10-25", "2026-10-25T07:00:00+00:00"),
        ("America/New_York", 2, "2026-03-08", "2026-03-08T07:00:00+00:00"),
        ("America/New_York", 1, "2026-11-01", "2026-11-01T05:00:00+00:00"),
        ("Pacific/Auckland", 7, "2026-04-05", "2026-04-04T19:00:00+00:00"),
    ],
)
def test_on_the_days_that_the_clocks_change(
    times: list[Weekly], zone: str, hour: int, day: str, due: str
) -> None:
    start = at(f"{day} 00:00") - timedelta(days=2)
    times.append(every(SUNDAY, hour, zone, since=start))
    found: list[str] = []
    for minutes in range(0, 4 * 24 * 60, 30):
        found += done((start + timedelta(minutes=minutes)).isoformat()[:19])
    assert found == [due]


def test_a_machine_that_slept_keeps_it_within_two_days(times: list[Weekly]) -> None:
    times.append(every(MONDAY, 7, since=at("2026-03-01 00:00")))
    assert done("2026-03-04 06:59") == ["2026-03-02T07:00:00+00:00"]
    assert done("2026-03-11 07:01") == []
    [late] = Tick.objects.filter(passed_over="late")
    assert late.due_at == at("2026-03-09 07:00")
    with clock.frozen(at("2026-03-11 08:00")):
        assert ticker.passed_over(JOB, timedelta(days=7)) == late
        assert ticker.passed_over(JOB, timedelta(minutes=1)) is None
    assert done("2026-03-16 07:01") == ["2026-03-16T07:00:00+00:00"]
    with clock.frozen(at("2026-03-16 08:00")):
        assert ticker.passed_over(JOB, timedelta(days=7)) is None


def test_every_week_that_was_slept_through_is_noted(times: list[Weekly]) -> None:
    times.append(every(MONDAY, 7, since=at("2026-03-01 00:00")))
    assert done("2026-03-23 08:00") == ["2026-03-23T07:00:00+00:00"]
    late = Tick.objects.filter(passed_over="late").order_by("due_at")
    assert [one.due_at.day for one in late] == [2, 9, 16]


def test_what_was_decided_afterwards_never_was(times: list[Weekly]) -> None:
    times.append(every(MONDAY, 7, since=at("2026-03-02 07:30")))
    assert done("2026-03-02 08:00") == []
    assert not Tick.objects.exists()
    assert done("2026-03-09 08:00") == ["2026-03-09T07:00:00+00:00"]


def test_two_who_wish_for_the_same_hour_are_one_occasion(times: list[Weekly]) -> None:
    times += [every(MONDAY, 7), every(MONDAY, 7), every(MONDAY, 9)]
    with clock.frozen(at("2026-03-02 06:00")):
        tick()
    Job.objects.all().delete()
    assert len(done("2026-03-02 10:00")) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_are_one_ticker(times: list[Weekly]) -> None:
    times.append(every(MONDAY, 7, since=clock.now() - timedelta(days=7)))
    due = next(iter(times[0].before(clock.now())))
    times[0] = Weekly(due.weekday(), 7, "Europe/London", due - timedelta(days=1))
    barrier = Barrier(4)

    def look() -> None:
        try:
            barrier.wait()
            with clock.frozen(due + timedelta(minutes=1)):
                tick()
        finally:
            connections.close_all()

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Tick.objects.count(), Job.objects.filter(name=JOB).count()) == (1, 1)


def test_after_a_restore_what_has_come_round_is_left_alone(times: list[Weekly]) -> None:
    times.append(every(MONDAY, 7, since=at("2026-03-01 00:00")))
    assert len(done("2026-03-02 07:00")) == 1
    # The backup was made on Monday; Sunday's tables know nothing of what Monday did.
    with clock.frozen(at("2026-03-10 12:00")):
        ticker.pass_over_restored()
        assert ticker.passed_over(JOB, timedelta(days=1)) is not None
    assert done("2026-03-10 12:01") == []
    assert not Job.objects.filter(finished_at=None).exists()
    assert done("2026-03-16 07:00") == ["2026-03-16T07:00:00+00:00"]


def test_a_second_declaration_is_refused(times: list[Weekly]) -> None:
    with pytest.raises(ValueError, match="twice"):
        ticker.schedule(JOB, times=lambda: ())


def test_old_occasions_are_forgotten(times: list[Weekly]) -> None:
    times.append(every(MONDAY, 7, since=at("2026-03-01 00:00")))
    done("2026-03-02 07:00")
    with clock.frozen(at("2027-05-01 00:00")):
        assert ticker.purge() == 1
