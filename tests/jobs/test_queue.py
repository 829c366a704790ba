from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from regulars.jobs import queue
from regulars.jobs.models import Job
from regulars.jobs.performing import drain, perform
from regulars.jobs.registry import job as declare
from regulars.kernel import clock

ELSEWHERE = "0123456789abcdef:1:1:1"


def put(word: str = "a", **options: Any) -> Job:
    return queue.enqueue("sample.mark", {"path": "/dev/null", "word": word}, **options)


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.django_db
def test_a_job_is_done_with_its_arguments(tmp_path: Any) -> None:
    arguments = {"path": str(tmp_path / "marks"), "word": "done"}
    job = queue.enqueue("sample.mark", arguments)
    assert drain() == 1
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("done", {"word": "done"}, 1)
    assert (tmp_path / "marks").read_text() == "done\n"


@pytest.mark.django_db
def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(LookupError, match="nothing of the kind"):
        queue.enqueue("nothing of the kind")


def test_a_second_declaration_of_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        declare("sample.mark")(lambda: None)


@pytest.mark.django_db
def test_what_is_due_longest_comes_first() -> None:
    put("late", run_after=later(-1))
    put("early", run_after=later(-5))
    put("tomorrow", run_after=later(86_400))
    taken = [queue.take("me"), queue.take("me"), queue.take("me")]
    assert [one and one.arguments["word"] for one in taken] == ["early", "late", None]


@pytest.mark.django_db
def test_a_waiting_job_of_the_key_is_enough() -> None:
    first = put(unique_key="k", run_after=later(60))
    second = put(unique_key="k", run_after=later(30))
    assert first.pk == second.pk
    assert second.run_after < first.run_after
    assert put(unique_key="other").pk != first.pk


@pytest.mark.django_db
def test_a_running_job_does_not_count_and_is_not_overtaken() -> None:
    running = put(unique_key="k")
    assert queue.take("me") == running
    waiting = put(unique_key="k")
    assert waiting.pk != running.pk
    assert queue.take("you") is None
    queue.done(queue.Job.objects.get(pk=running.pk))
    assert queue.take("you") == waiting


@pytest.mark.django_db
def test_a_failed_job_makes_way_for_the_waiting_one_of_its_key() -> None:
    put(unique_key="k")
    running = queue.take("me")
    assert running
    waiting = put(unique_key="k")
    assert queue.fail(running, "no luck")
    running.refresh_from_db()
    assert (running.state, running.result) == ("done", {"taken_over_by": waiting.pk})
    assert queue.take("me") == waiting


@pytest.mark.django_db
def test_a_lost_lease_changes_nothing_any_more() -> None:
    put()
    slow = queue.take("slow", 0)
    assert slow
    quick = queue.take("quick")
    assert quick and quick.pk == slow.pk and quick.attempts == 2
    settled = [queue.renew(slow), queue.done(slow), queue.fail(slow, "x"), queue.give_back(slow)]
    assert settled == [False] * 4
    assert queue.renew(quick) and queue.done(quick)


@pytest.mark.django_db
def test_attempts_wait_longer_and_come_to_an_end() -> None:
    job = queue.enqueue("sample.fail")
    pauses = []
    for attempt in range(3):
        with clock.frozen(later(1000 * attempt)):
            assert drain() == 1
            job.refresh_from_db()
            pauses.append((job.run_after - clock.now()).total_seconds())
    assert pauses[:2] == [2, 4]
    assert (job.state, job.failure, job.attempts) == ("failed", "ValueError: no luck", 3)


@pytest.mark.django_db
def test_what_is_wrong_in_itself_is_not_tried_again() -> None:
    job = queue.enqueue("sample.refuse")
    drain()
    job.refresh_from_db()
    assert (job.state, job.failure, job.attempts) == ("failed", "Nobody asked for this.", 1)


@pytest.mark.django_db
def test_what_is_busy_comes_again_and_is_not_counted() -> None:
    job = queue.enqueue("sample.busy")
    assert drain() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("waiting", 0)
    assert job.run_after > clock.now()


@pytest.mark.django_db
def test_a_job_that_kills_its_worker_is_given_up() -> None:
    job = put()
    for _ in range(job.max_attempts):
        assert queue.take(ELSEWHERE, 0)
    assert queue.take(ELSEWHERE) is None
    job.refresh_from_db()
    assert (job.state, job.failure) == (
        "failed",
        "It was interrupted 5 times before it could end.",
    )


@pytest.mark.django_db
def test_a_job_of_an_unknown_name_fails_plainly() -> None:
    Job.objects.create(name="gone", queued_at=later(-1), run_after=later(-1))
    drain()
    assert Job.objects.get().failure == "no job is called 'gone'"


@pytest.mark.django_db(transaction=True)
def test_a_job_is_seen_once_its_transaction_commits() -> None:
    queue.woken.clear()
    with transaction.atomic():
        put()
        assert not queue.woken.is_set()
    assert queue.woken.is_set()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put()
        raise ZeroDivisionError
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_kept_while_the_job_runs() -> None:
    seen: list[Job | None] = []

    @declare("sample.slow_once")
    def slow() -> None:
        time.sleep(0.7)
        seen.append(queue.take("thief"))

    queue.enqueue("sample.slow_once")
    job = queue.take("me", 0.3)
    assert job
    perform(job, 0.3)
    job.refresh_from_db()
    assert (seen, job.state, job.attempts) == ([None], "done", 1)


def side_by_side(count: int, work: Callable[[int], None]) -> None:
    barrier = Barrier(count)

    def run(number: int) -> None:
        try:
            barrier.wait()
            work(number)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_threads_never_take_one_job_twice() -> None:
    wanted = [put(str(number)).pk for number in range(40)]
    taken: Counter[int] = Counter()

    def work(number: int) -> None:
        while job := queue.take(f"worker {number}"):
            taken[job.pk] += 1
            queue.done(job)

    side_by_side(4, work)
    assert taken == Counter(wanted)


@pytest.mark.django_db(transaction=True)
def test_threads_never_queue_one_key_twice() -> None:
    side_by_side(4, lambda _: [put(unique_key="k") for _ in range(5)] and None)
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_settled_jobs_go_after_a_while() -> None:
    put("old"), put("waiting")
    old = queue.take("me")
    assert old and queue.done(old)
    assert queue.purge(timedelta(days=30)) == 0
    with clock.frozen(later(31 * 86_400)):
        assert queue.purge(timedelta(days=30)) == 1


class UniqueKeys(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["put", "take", "done", "fail", "back", "expire"]),
                st.sampled_from(["a", "b", None]),
            ),
            max_size=25,
        )
    )
    def test_no_order_of_steps_breaks_the_rules(self, steps: list[tuple[str, str | None]]) -> None:
        held: dict[int, Job] = {}
        for step, key in steps:
            if step == "put":
                put(unique_key=key)
            elif step == "take" and (job := queue.take("me")):
                held[job.pk] = job
            elif held:
                job = held.pop(next(iter(held)))
                if step == "done":
                    assert queue.done(job)
                elif step == "fail":
                    assert queue.fail(job, "no luck")
                elif step == "back":
                    assert queue.give_back(job)
                else:
                    Job.objects.filter(pk=job.pk).update(leased_until=later(-1))
            undone = Job.objects.filter(finished_at=None, failed_at=None).exclude(unique_key=None)
            waiting = Counter(undone.filter(leased_by="").values_list("unique_key", flat=True))
            running = Counter(undone.exclude(leased_by="").values_list("unique_key", flat=True))
            assert all(count == 1 for count in (*waiting.values(), *running.values()))
