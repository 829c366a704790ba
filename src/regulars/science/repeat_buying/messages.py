"""The sentences a fit is reported with."""

from __future__ import annotations

from regulars.kernel.telling import told
from regulars.science.repeat_buying.ascent import Estimate

NOBODY_LEAVES = told(
    "No sign that anybody leaves for good: people only differ in how often they buy, so the "
    "simpler model in which everybody stays (NBD) is used."
)
CONVERGED = told("The estimates converged.")
WITH_PRIOR = told("Few people have come back so far; the estimates lean on a weak prior.")
AT_LIMIT = told(
    "The estimates converged, with one of them at the end of its range: people hardly differ "
    "in that respect, and its standard error is not known."
)
NOT_CONVERGED = told("The estimates did not converge; do not use them.")


def how_it_ended(estimate: Estimate) -> str:
    """One sentence for a fit that is not the NBD limit."""
    if not estimate.converged:
        return NOT_CONVERGED
    if estimate.with_prior:
        return WITH_PRIOR
    return AT_LIMIT if estimate.at_limit else CONVERGED
