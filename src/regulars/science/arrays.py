"""The array types that `science` speaks in, and the one way in for what callers hand over."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class TooLittleHistory(ValueError):
    """There is not enough history for an honest answer; the text says what is missing."""


def as_floats(values: npt.ArrayLike, name: str) -> Floats:
    """One-dimensional finite float64 copy-on-need of ``values``; ``name`` appears in the error.

    Raises:
        ValueError: not one-dimensional, or not finite somewhere.
    """
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be a flat list of numbers, one per person")
    # A sum is finite only if every part is, which is far cheaper than asking each one.
    if not np.isfinite(array.sum()) and not np.isfinite(array).all():
        raise ValueError(f"{name} holds a missing or infinite number")
    return array


def group_starts(*columns: Floats) -> tuple[Ints, Ints]:
    """Equal rows of ``columns`` brought together.

    Returns:
        ``order``, row numbers so that equal rows are neighbours, and ``starts``, where in
        ``order`` each group begins. A 64-bit mix of the bits is sorted instead of the rows
        (one sort, any unit of time); should two different rows ever share a mix, the rows
        themselves are sorted.
    """
    mixed = np.zeros(columns[0].shape[0], dtype=np.uint64)
    for column in columns:
        # Adding zero turns -0.0 into 0.0, which has other bits.
        mixed ^= (column + 0.0).view(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(32)
        mixed *= np.uint64(0xD6E8FEB86659FD93)
        mixed ^= mixed >> np.uint64(29)
    order = np.argsort(mixed).astype(np.int64, copy=False)
    ranked = mixed[order]
    same_mix = ranked[1:] == ranked[:-1]
    differs = np.zeros(same_mix.shape, dtype=np.bool_)
    for column in columns:
        sorted_column = column[order]
        differs |= sorted_column[1:] != sorted_column[:-1]
    if bool((same_mix & differs).any()):
        order = np.lexsort(columns).astype(np.int64, copy=False)
        differs[:] = False
        for column in columns:
            sorted_column = column[order]
            differs |= sorted_column[1:] != sorted_column[:-1]
    starts = np.flatnonzero(np.concatenate(([True], differs))).astype(np.int64, copy=False)
    return order, starts
