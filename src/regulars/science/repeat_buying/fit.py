"""What every repeat-buying fit can tell, whichever model it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.science.arrays import Floats, as_floats, group_starts
from regulars.science.repeat_buying.histories import check_histories

BLOCK_ROWS = 4096
_Answer = Callable[[Floats, Floats, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatBuyingFit(ABC):
    """A fitted model of buying while they last, and leaving unseen.

    Attributes:
        log_likelihood: of the data in the caller's time unit, without any prior.
        standard_errors: by parameter name, from the observed information; nan where the data do
            not determine the parameter.
        people: number of people fitted.
        converged: the ascent ended at a maximum.
        nobody_leaves: the data show no leaving at all; the fit is the NBD limit, in which
            everybody stays (the leaving parameters then only say "never").
        with_prior: the weak prior for small samples was added.
        message: one plain sentence about how the fit ended.
    """

    log_likelihood: float
    standard_errors: dict[str, float]
    people: float
    converged: bool
    nobody_leaves: bool
    with_prior: bool
    message: str

    def expected_purchases(
        self,
        horizon: npt.ArrayLike,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        age: npt.ArrayLike,
    ) -> Floats:
        """Mean number of purchases in the next ``horizon``, given each person's history.

        ``horizon`` is one number or one per person, in the time unit of the fit.
        """
        return self._by_history(self._expected, horizon, frequency, recency, age)

    def probability_buying_again(
        self,
        horizon: npt.ArrayLike,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        age: npt.ArrayLike,
    ) -> Floats:
        """P(at least one purchase in the next ``horizon``), given each person's history.

        This is the propensity to act on. :meth:`probability_alive` is not: someone may well be
        "alive" and buy once in ten years.
        """
        return self._by_history(self._buying_again, horizon, frequency, recency, age)

    def probability_alive(
        self, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
    ) -> Floats:
        """P(not yet left for good), given each person's history. No propensity: see above."""
        return self._by_history(
            lambda _, x, t_x, T: self._alive(x, t_x, T), 0.0, frequency, recency, age
        )

    def _by_history(
        self,
        answer: _Answer,
        horizon: npt.ArrayLike,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        age: npt.ArrayLike,
    ) -> Floats:
        """Answer once per distinct history and hand the answers out."""
        x, t_x, T = check_histories(frequency, recency, age)
        ahead = as_floats(
            np.broadcast_to(np.asarray(horizon, dtype=np.float64), x.shape), "horizon"
        )
        if x.size == 0:
            return np.zeros(0)
        if ahead.min() < 0:
            raise ValueError("the horizon cannot be negative")
        columns = (x, t_x, T) if np.ndim(horizon) == 0 else (x, t_x, T, ahead)
        order, starts = group_starts(*columns)
        first = order[starts]
        distinct = np.empty(first.size)
        # Pareto/NBD needs 24 numbers per history at once, so blocks also bound the memory.
        for i in range(0, first.size, BLOCK_ROWS):
            rows = first[i : i + BLOCK_ROWS]
            distinct[i : i + BLOCK_ROWS] = answer(ahead[rows], x[rows], t_x[rows], T[rows])
        result = np.empty(x.size)
        result[order] = np.repeat(distinct, np.diff(np.append(starts, x.size)))
        return result

    @abstractmethod
    def _expected(self, horizon: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats: ...

    @abstractmethod
    def _buying_again(self, horizon: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats: ...

    @abstractmethod
    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats: ...
