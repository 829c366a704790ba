"""The shapes of answers about who is the same person."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Quality(BaseModel):
    """Shares among pairs of records, and what they were counted on."""

    precision: float = Field(description="Of the pairs joined, how many are of one person.")
    recall: float = Field(description="Of the pairs of one person, how many are joined.")
    f1: float = Field(description="The harmonic mean of the two.")
    pairs: int = Field(description="Pairs joined.")
    people: int = Field(description="People the records make.")


class Evaluation(BaseModel):
    """How well matching finds who is the same person, on records that say who is."""

    records: int
    people_found: int = Field(description="After what is joined without asking.")
    true_pairs: int
    automatic: Quality
    with_review: Quality = Field(
        description="With every pair offered answered as the page suggests; nobody looked it up."
    )
    offered: int = Field(description="Pairs that a person would be asked about.")
    compared: list[str]
    seconds: float
