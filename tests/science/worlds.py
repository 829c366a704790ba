"""Small worlds whose truth is known: people who buy, and leave, as the models say."""

from __future__ import annotations

import numpy as np

Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def geometric_world(
    r: float, alpha: float, a: float, b: float, *, people: int, first_chance: int = 0, seed: int = 0
) -> Columns:
    """BG/NBD (MBG/NBD with ``first_chance`` 1) histories of 20 to 80 units of time."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(r, 1 / alpha, people)
    leaving = rng.beta(a, b, people) if a > 0 else np.zeros(people)
    age = rng.uniform(20, 80, people)
    frequency, recency, clock = np.zeros(people), np.zeros(people), np.zeros(people)
    here = np.arange(people)
    if first_chance:
        here = here[rng.random(people) > leaving]
    while here.size:
        clock[here] += rng.exponential(1.0, here.size) / rate[here]
        here = here[clock[here] < age[here]]
        frequency[here] += 1
        recency[here] = clock[here]
        here = here[rng.random(here.size) > leaving[here]]
    return frequency, recency, age


def pareto_world(
    r: float, alpha: float, s: float, beta: float, *, people: int, seed: int = 0
) -> Columns:
    """Pareto/NBD histories of 20 to 80 units of time."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(r, 1 / alpha, people)
    life = rng.exponential(1.0, people) / rng.gamma(s, 1 / beta, people)
    age = rng.uniform(20, 80, people)
    until = np.minimum(life, age)
    frequency = rng.poisson(rate * until).astype(float)
    # The last of x uniform moments lies at the x-th root of a uniform number.
    last = until * rng.random(people) ** (1 / np.maximum(frequency, 1))
    return frequency, np.where(frequency > 0, last, 0.0), age


def shop(
    *, people: int = 1500, days: int = 700, leaving: float = 0.1, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Transactions (customer, day) of a shop whose regulars each have a pace of their own."""
    rng = np.random.default_rng(seed)
    customers, on = [], []
    for person in range(people):
        day = rng.uniform(0, days * 0.7)
        pace = 1 + 30 * rng.gamma(2.0, 0.5)
        while day < days:
            customers.append(person)
            on.append(int(day))
            if rng.random() < leaving:
                break
            day += pace * rng.gamma(3.0, 1 / 3.0) + 1
    return np.array(customers), np.array(on)
