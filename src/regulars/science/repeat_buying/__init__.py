"""Who buys again: BG/NBD, MBG/NBD, Pareto/NBD for how often, Gamma-Gamma for how much."""

from __future__ import annotations

from regulars.science.arrays import TooLittleHistory
from regulars.science.repeat_buying.beta_geometric import (
    BgNbdFit,
    MbgNbdFit,
    fit_bg_nbd,
    fit_mbg_nbd,
)
from regulars.science.repeat_buying.fit import RepeatBuyingFit
from regulars.science.repeat_buying.gamma_gamma import GammaGammaFit, fit_gamma_gamma
from regulars.science.repeat_buying.pareto import ParetoNbdFit, fit_pareto_nbd

__all__ = [
    "BgNbdFit",
    "GammaGammaFit",
    "MbgNbdFit",
    "ParetoNbdFit",
    "RepeatBuyingFit",
    "TooLittleHistory",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_mbg_nbd",
    "fit_pareto_nbd",
]
