"""Files that look like sales and nearly are: what would be read wrong without a word is read right,
held back, or remarked on."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.mart.tables import TABLES
from regulars.sources import feed, imports
from regulars.sources.models import Import
from tests import world
from tests.sources.states import scratch

ORDER = [column.name for column in TABLES["orders"].columns]
NUMBER, STATUS, AMOUNT, TIP = map(
    ORDER.index, ("external_id", "status", "amount_minor", "tip_minor")
)


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def bring(owner: Actor, folder: Path, text: str) -> Import:
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    path.write_text(text.replace(" / ", "\n") + "\n", encoding="utf-8")
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    return run


def sold() -> int:
    """Revenue of what stands."""
    orders = feed.orders_with_lines(feed.view("Europe/London"))
    return sum(order[AMOUNT] for order, _ in orders if order[STATUS] == "accepted")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        # The row itself is a refund, whatever its sign.
        ("Order,Date,Type,Item,Qty,Total / 1,2026-03-25,Sale,Bun,1,2.50"
         " / 2,2026-03-26,Sale,Rye,2,8.40 / 1,2026-03-27,Refund,Bun,1,2.50", 840),
        ("Order,Date,Transaction Type,Item,Total / 1,2026-03-25,Sale,Bun,2.50"
         " / 1,2026-03-27,Return,Bun,-2.50 / 3,2026-03-27,Sale,Bun,2.50", 250),
        ("Bon;Datum;Art;Artikel;Menge;Betrag / 1;25.03.26;Verkauf;Brot;1;2,50"
         " / 1;25.03.26;Storno;Brot;1;2,50 / 2;26.03.26;Verkauf;Brot;1;2,50", 250),
        ("Order,Date,Status,Item,Total / 1,2026-03-25,Completed,Bun,2.50"
         " / 1,2026-03-27,Refund,Bun,2.50", 0),
        ("Order,Date,Status,Item,Total / 1,2026-03-25,Completed,Bun,2.50"
         " / 1,2026-03-27,Refunded,Bun,-2.50", 0),
        # The order was given back: it is one no longer.
        ("Order,Date,Status,Item,Total / 1,2026-03-25,Completed,Bun,2.50"
         " / 2,2026-03-27,Refunded,Bun,2.50", 250),
        ("Order,Date,Type,Item,Total / 1,2026-03-25,Sale,Bun,2.50"
         " / 2,2026-03-26,Void,Bun,2.50", 250),
        # Lines that lower the sum without a sign of their own, and with one.
        ("Order,Date,Item,Total / 1,2026-03-25,Bun,2.50 / 1,2026-03-25,Discount,0.50", 200),
        ("Order,Date,Item,Total / 1,2026-03-25,Bun,2.50 / 1,2026-03-25,Discount,-0.50", 200),
        # Totals that hold discount and postage already, and goods that do not.
        ("Order,Date,Item,Qty,Discount,Total / 1,2026-03-25,Bun,2,0.40,3.60"
         " / 2,2026-03-26,Rye,1,0.00,8.00", 1160),
        ("Order,Date,Item,Qty,Price,Discount,Amount / 1,2026-03-25,Bun,2,2.00,0.40,3.60"
         " / 2,2026-03-26,Rye,1,8.00,0.00,8.00 / 3,2026-03-26,Tea,2,1.00,0.00,2.00", 1360),
        ("Order,Date,Item,Qty,Price,Discount,Total / 1,2026-03-25,Bun,2,2.00,0.40,4.00"
         " / 2,2026-03-26,Rye,1,8.00,0.00,8.00", 1160),
        ("Order,Date,Customer,Shipping,Total / 1,2026-03-25,A,5.00,15.00 / 2,2026-03-26,B,0,6.00",
         2100),
        ("Order,Date,Item,Qty,Unit Price,Discount / 1,2026-03-25,Bun,2,2.00,10%"
         " / 2,2026-03-26,Rye,1,8.00,0%", 1160),
        # The order's sum on each of its rows.
        ("Order,Date,Item,Qty,Order Total / 1,2026-03-25,Bun,2,10.00 / 1,2026-03-25,Rye,1,10.00"
         " / 2,2026-03-26,Rye,1,8.00", 1800),
        # Month first, decimal commas.
        ("Order;Date;Item;Total / 1;03/25/2026;Bun;2,50 / 2;04/02/2026;Rye;1.008,40", 101090),
    ],
)  # fmt: skip
def test_what_was_sold_is_what_was_sold(
    owner: Actor, tmp_path: Path, text: str, minor: int
) -> None:
    run = bring(owner, tmp_path, text)
    assert (sold(), run.quarantined) == (minor, 0)


@pytest.mark.parametrize(
    ("text", "minor", "held"),
    [
        ("Date,Item,Qty,Total / 2026-03-25,Bun,1,2.50 / 2026-03-25,Total,,2.50"
         " / 2026-03-26,Rye,2,8.40 / 2026-03-26,Daily total,,8.40", 1090, 2),
        ("Order,Date,Item,Total / 1,2026-03-25,Bun,2.50 / 1,2026-03-25,Summe,2.50", 250, 1),
        ("Date,Type,Description,Amount / 2026-03-25,Payment,Bun,2.50"
         " / 2026-03-26,Payout,Bank,-2.50", 250, 1),
        ("id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Mode"
         " / ch_1,2026-03-25 10:00:00,20.00,5.00,gbp,Paid,Live"
         " / ch_2,2026-03-25 10:00:00,99.00,0.00,gbp,Paid,Test", 1500, 1),
    ],
)  # fmt: skip
def test_what_is_no_sale_waits_as_no_record(
    owner: Actor, tmp_path: Path, text: str, minor: int, held: int
) -> None:
    run = bring(owner, tmp_path, text)
    assert (sold(), run.reasons) == (minor, {"not_a_record": held})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Order,Date,Item,Total / 1,03/04/2026,Bun,2.50 / 2,04/05/2026,Rye,8.40",
         "Date: No date tells day from month; they are read day/month."),
        ("Order,Date,Item,Total / 1,2026-03-25,Bun,1.250 / 2,2026-03-26,Rye,1.500",
         "Total: Nothing in the column tells decimals from thousands"),
        ("Date,Orders,Net sales / 2026-03-25,120,250.00 / 2026-03-26,100,200.00",
         "Every row is another day"),
    ],
)  # fmt: skip
def test_what_a_file_leaves_open_is_remarked_on(
    owner: Actor, tmp_path: Path, text: str, said: str
) -> None:
    assert any(said in note for note in bring(owner, tmp_path, text).notes)


def test_an_article_called_total_with_a_number_is_an_article(owner: Actor, tmp_path: Path) -> None:
    run = bring(owner, tmp_path, "Order,Date,SKU,Item,Total / 1,2026-03-25,T1,Total,2.50")
    assert (sold(), run.quarantined) == (250, 0)


def test_tips_within_a_total_are_no_revenue(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path, "Order,Date,Item,Tip,Total / 1,2026-03-25,Bun,1.00,13.00"
                           " / 2,2026-03-26,Rye,0,6.00")  # fmt: skip
    tips = sum(order[TIP] for order, _ in feed.orders_with_lines(feed.view("Europe/London")))
    assert (sold(), tips) == (1800, 100)


money = st.decimals(Decimal("0.01"), Decimal("500"), places=2)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
@given(st.lists(st.tuples(money, st.booleans()), min_size=1, max_size=12))
def test_refund_rows_take_back_what_they_say(
    owner: Actor, tmp_path: Path, rows: list[tuple[Decimal, bool]]
) -> None:
    cells = [
        f"{number},2026-03-25,{'Refund' if is_back else 'Sale'},Bun,{amount}"
        for number, (amount, is_back) in enumerate(rows)
    ]
    with scratch():
        bring(owner, tmp_path, "\n".join(["Order,Date,Type,Item,Amount", *cells]))
        assert sold() == sum((-amount if back else amount) * 100 for amount, back in rows)
