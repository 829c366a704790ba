from __future__ import annotations

from pathlib import Path

import pytest

from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.sources import feed, imports, quarantine
from regulars.sources.models import Import, OrderLine, QuarantinedRow
from tests import world

HEADER = ("Order", "Date", "E-mail", "Item", "Qty", "Price")


@pytest.fixture
def shop(db: None, data_folder: Path) -> world.People:
    return world.open_shop()


def three(owner: Actor, folder: Path) -> Import:
    rows = [(str(n), f"2025-04-{n:02}", f"p{n}@crumb.test", "Bun", 1, "2.50") for n in range(1, 21)]
    rows[4] = ("5", "2025-04-31", "p5@crumb.test", "Bun", 1, "2.50")
    rows[9] = ("10", "2025-04-10", "p10@crumb.test", "Bun", "some", "2.50")
    rows[14] = ("15", "2025-04-15", "p15@crumb.test", "Bun", "few", "2.50")
    path = world.write(folder / "a.csv", HEADER, rows)
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert (run.position, run.landed, run.quarantined) == (20, 17, 3)
    return run


def count() -> int:
    return len(list(feed.orders_with_lines(feed.view("UTC"))))


def test_a_row_is_mended_and_lands_in_its_import(shop: world.People, tmp_path: Path) -> None:
    run = three(shop.owner, tmp_path)
    first = quarantine.waiting(run.pk)[0]
    assert (first.row_no, first.cells["Date"]) == (5, "2025-04-31")
    quarantine.mend(shop.owner, first.pk, changes={"Date": "2025-04-30"})
    run = imports.get(run.pk)
    assert (run.landed, run.quarantined, run.position) == (18, 2, 20)
    assert count() == 18 and quarantine.waiting(run.pk).count() == 2
    with pytest.raises(WrongUse, match="landed already"):
        quarantine.mend(shop.owner, first.pk, changes={})
    imports.undo(shop.owner, run.pk)
    assert count() == 0 and not quarantine.waiting().exists()


def test_a_row_that_still_cannot_land_is_left_as_it_was(shop: world.People, tmp_path: Path) -> None:
    run = three(shop.owner, tmp_path)
    row = quarantine.waiting(run.pk)[1]
    before = (row.cells, OrderLine.objects.count())
    with pytest.raises(WrongUse, match="still cannot land"):
        quarantine.mend(shop.owner, row.pk, changes={"Qty": "a dozen"})
    with pytest.raises(WrongUse, match="no column 'Quantity'"):
        quarantine.mend(shop.owner, row.pk, changes={"Quantity": "1"})
    with pytest.raises(NotFound):
        quarantine.mend(shop.owner, 10**6, changes={})
    row = QuarantinedRow.objects.get(pk=row.pk)
    assert (row.cells, OrderLine.objects.count()) == before and not row.resolution


def test_rows_are_mended_after_the_file_is_gone(shop: world.People, tmp_path: Path) -> None:
    run = three(shop.owner, tmp_path)
    (tmp_path / "a.csv").unlink()
    quarantine.mend(shop.owner, quarantine.waiting(run.pk)[1].pk, changes={"Qty": "3"})
    assert OrderLine.objects.get(row_no=10).amount_minor == 750


def test_rows_are_set_aside_by_reason(shop: world.People, tmp_path: Path) -> None:
    run = three(shop.owner, tmp_path)
    (reason,) = {row.reason for row in quarantine.waiting(run.pk) if row.row_no == 5}
    assert quarantine.discard(shop.manager, run.pk, reason=reason) == 1
    assert quarantine.discard(shop.manager, run.pk) == 2
    assert quarantine.discard(shop.manager, run.pk) == 0
    run = imports.get(run.pk)
    # They stay on record: what was read is still accounted for.
    assert run.position == run.landed + run.unchanged + run.quarantined
    assert set(QuarantinedRow.objects.values_list("resolution", flat=True)) == {"discarded"}


def test_mending_a_row_of_an_order_told_before_keeps_its_other_lines(
    shop: world.People, tmp_path: Path
) -> None:
    from tests.sources.test_undo_any_order import SHOPIFY

    def rows(quantity: str) -> list[dict[str, object]]:
        first = {"Name": "#1", "Created at": "2025-04-03 10:00:00 +0100"}
        return [
            {**first, "Lineitem quantity": "1", "Lineitem name": "Bun", "Lineitem price": "2.50"},
            {"Name": "#1", "Lineitem quantity": quantity, "Lineitem name": "Rye",
             "Lineitem price": "4.00"},
        ]  # fmt: skip

    imports.import_file(shop.owner, world.write_named(tmp_path / "1.csv", SHOPIFY, rows("1")))
    (run,) = imports.import_file(
        shop.owner, world.write_named(tmp_path / "2.csv", SHOPIFY, rows("oops"))
    )
    assert (run.unchanged, run.quarantined) == (1, 1)
    (held,) = quarantine.waiting(run.pk)
    quarantine.mend(shop.owner, held.pk, changes={"Lineitem quantity": "2"})
    ((_, lines),) = feed.orders_with_lines(feed.view("UTC"))
    assert sorted((line[4], line[9]) for line in lines) == [("Bun", 250), ("Rye", 800)]


def test_who_may_import_undo_mend_and_discard(shop: world.People, tmp_path: Path) -> None:
    run = three(shop.manager, tmp_path)
    row = quarantine.waiting(run.pk)[0]
    for actor in (shop.helper, shop.analyst, shop.stranger):
        for ask in (
            lambda actor=actor: imports.import_file(actor, tmp_path / "a.csv"),
            lambda actor=actor: imports.go_on(actor, run.pk),
            lambda actor=actor: imports.undo(actor, run.pk),
            lambda actor=actor: imports.exclude_repeats(actor, run.pk),
            lambda actor=actor: imports.include_repeats(actor, run.pk),
            lambda actor=actor: quarantine.mend(actor, row.pk, changes={}),
            lambda actor=actor: quarantine.discard(actor, run.pk),
        ):
            with pytest.raises(NotAllowed):
                ask()
    imports.undo(shop.manager, run.pk)
