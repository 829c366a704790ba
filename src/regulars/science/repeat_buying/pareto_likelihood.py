"""Likelihood of the Pareto/NBD model with exact first and second derivatives.

While they last, people buy at random at their own rate λ ~ Gamma(r, α); they leave at any time, at
their own rate μ ~ Gamma(s, β) (Schmittlein, Morrison, Colombo 1987). One person's likelihood,
with the moment u of leaving left under the integral, is

    Γ(r+x)/Γ(r) α^r β^s · { (α+T)^-(r+x) (β+T)^-s + s ∫_{t_x}^{T} (α+u)^-(r+x) (β+u)^-(s+1) du }

which is a sum of positive terms at the nodes of `quadrature`, so value, gradient and Hessian are a
log-sum-exp, a mean and a covariance over nodes.
"""

from __future__ import annotations

import math

import numpy as np

from regulars.science.arrays import Floats
from regulars.science.repeat_buying.histories import Histories
from regulars.science.repeat_buying.quadrature import FIT_NODES, log_nodes

BLOCK_ROWS = 256


class ParetoLikelihood:
    """Callable (r, alpha, s, beta) -> log-likelihood, gradient (4,), Hessian (4, 4)."""

    def __init__(self, histories: Histories, nodes: int = FIT_NODES) -> None:
        self._people = histories.people
        self._nodes = nodes
        self._later = histories.later_purchases()
        self._steps = np.arange(self._later.size, dtype=np.float64)
        # Blocks that stay in the processor's cache are several times faster than whole columns.
        self._blocks = [
            tuple(
                column[i : i + BLOCK_ROWS]
                for column in (
                    histories.frequency,
                    histories.recency,
                    histories.age,
                    histories.weight,
                )
            )
            for i in range(0, histories.frequency.size, BLOCK_ROWS)
        ]

    def __call__(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        r, alpha, s, beta = parameters.tolist()
        people = self._people
        rate = 1.0 / (r + self._steps)
        value = people * (r * math.log(alpha) + s * math.log(beta))
        value -= float(self._later @ np.log(rate))
        gradient = np.array(
            [
                float(self._later @ rate) + people * math.log(alpha),
                people * r / alpha,
                people * math.log(beta),
                people * s / beta,
            ]
        )
        hessian = np.diag(
            [
                -float(self._later @ (rate * rate)),
                -people * r / alpha**2,
                0.0,
                -people * s / beta**2,
            ]
        )
        hessian[0, 1] = hessian[1, 0] = people / alpha
        hessian[2, 3] = hessian[3, 2] = people / beta
        for block in self._blocks:
            value += self._add_block(block, parameters, gradient, hessian)
        return value, gradient, hessian

    def _add_block(
        self, block: tuple[Floats, ...], parameters: Floats, gradient: Floats, hessian: Floats
    ) -> float:
        """Add Σ w log {…} of some rows to the derivatives; return it."""
        s, w = float(parameters[2]), block[3]
        logs, share, parts, by_alpha, by_beta = self._over_nodes(block, parameters)
        sloped = parts * share
        mean = sloped.sum(axis=1)
        sloped *= w
        share *= w
        gradient += mean @ w
        hessian += sloped.reshape(4, -1) @ parts.reshape(4, -1).T - (mean * w) @ mean.T
        r_alpha = float(np.vdot(share, by_alpha))
        s_beta = float(np.vdot(share, by_beta))
        hessian[0, 1] -= r_alpha
        hessian[1, 0] -= r_alpha
        hessian[1, 1] -= float(np.vdot(sloped[1], by_alpha))
        hessian[2, 2] -= float(share[1:].sum()) / s**2
        hessian[2, 3] -= s_beta
        hessian[3, 2] -= s_beta
        hessian[3, 3] -= float(np.vdot(sloped[3], by_beta))
        return float(w @ logs)

    def _over_nodes(
        self, block: tuple[Floats, ...], parameters: Floats
    ) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Per row the log of {…}; per node its share, four slopes, 1/(α+u) and 1/(β+u).

        Nodes are rows of the arrays: first "still here" (u = T), then the moments of leaving.
        """
        r, alpha, s, beta = parameters.tolist()
        x, t_x, T, _ = block
        power = r + x
        u, log_weight = log_nodes(alpha, beta, (power, s + 1.0), t_x, T, self._nodes)
        u = np.concatenate((T[None, :], u))
        gone = np.ones((u.shape[0], 1))
        gone[0] = 0.0
        by_alpha, by_beta = 1.0 / (alpha + u), 1.0 / (beta + u)
        parts = np.empty((4, *u.shape))
        np.log(by_alpha, out=parts[0])
        np.multiply(by_alpha, -power, out=parts[1])
        np.log(by_beta, out=parts[2])
        leaves = s + gone
        np.multiply(by_beta, -leaves, out=parts[3])
        terms = power * parts[0] + leaves * parts[2]
        terms[1:] += log_weight + math.log(s)
        parts[2] += gone / s
        top = terms.max(axis=0)
        share = np.exp(terms - top)
        total = share.sum(axis=0)
        share /= total
        return top + np.log(total), share, parts, by_alpha, by_beta
