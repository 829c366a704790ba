from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest

from regulars.jobs import heartbeats, leases, processes
from regulars.jobs.leases import hold
from regulars.jobs.models import Heartbeat, Lease
from regulars.kernel import clock
from regulars.kernel.errors import Busy

ELSEWHERE = "0123456789abcdef:1:1:1"


def dead_holder() -> str:
    """The name of a process of this machine that has ended."""
    script = "from regulars.jobs.processes import identity; print(identity())"
    return subprocess.check_output([sys.executable, "-c", script], text=True).strip()


@pytest.mark.django_db(transaction=True)
def test_two_never_hold_one_right() -> None:
    with hold("mart"):
        assert leases.held() == ["mart"]
        with pytest.raises(Busy, match="'mart'"), hold("mart"):
            pass
        with hold("landing"):
            assert leases.held() == ["landing", "mart"]
    with hold("mart"):
        pass
    assert leases.held() == []


@pytest.mark.django_db(transaction=True)
def test_a_right_is_given_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), hold("mart"):
        raise ZeroDivisionError
    assert not Lease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_right_is_renewed_while_it_is_held() -> None:
    with hold("mart", 0.3) as held:
        time.sleep(0.7)
        with pytest.raises(Busy), hold("mart"):
            pass
        held.check()


@pytest.mark.django_db(transaction=True)
def test_a_lost_right_is_told() -> None:
    with hold("mart", 0.15) as held:
        Lease.objects.update(holder=ELSEWHERE)
        assert held.lost.wait(5)
        with pytest.raises(Busy, match="was lost"):
            held.check()
    assert Lease.objects.get().holder == ELSEWHERE


@pytest.mark.django_db(transaction=True)
def test_a_right_held_elsewhere_is_free_when_its_time_is_up() -> None:
    until = clock.now() + timedelta(seconds=0.4)
    Lease.objects.create(name="mart", holder=ELSEWHERE, until=until)
    with pytest.raises(Busy), hold("mart"):
        pass
    with hold("mart", wait_seconds=5):
        assert clock.now() >= until


@pytest.mark.django_db(transaction=True)
def test_a_right_of_a_dead_process_here_is_free_at_once() -> None:
    until = clock.now() + timedelta(hours=1)
    Lease.objects.create(name="mart", holder=dead_holder(), until=until)
    assert leases.held() == []
    assert leases.holder_of("mart") is None
    with hold("mart") as held:
        assert leases.holder_of("mart") == held.holder


def test_only_what_is_known_to_be_dead_is_dead() -> None:
    assert processes.is_dead(dead_holder())
    assert not processes.is_dead(processes.identity())
    assert not processes.is_dead(ELSEWHERE)
    assert not processes.is_dead("somebody")


@pytest.mark.django_db
def test_silence_is_noticed(settings: Any) -> None:
    heartbeats.beat(ELSEWHERE, "worker")
    heartbeats.beat(processes.identity(), "worker")
    heartbeats.beat(dead_holder(), "worker")
    assert len(heartbeats.living("worker")) == 2
    with clock.frozen(clock.now() + timedelta(seconds=60)):
        assert heartbeats.living("worker") == []
        heartbeats.stop(ELSEWHERE)
    with clock.frozen(clock.now() + timedelta(days=2)):
        heartbeats.beat("new", "worker")
    assert [one.process for one in Heartbeat.objects.all()] == ["new"]
