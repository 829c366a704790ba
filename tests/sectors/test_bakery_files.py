from __future__ import annotations

import json
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from regulars import sectors
from regulars.kernel.errors import WrongUse
from regulars.sectors.bakery.catalogue import easter
from tests.sectors.conftest import FIRST, LAST, Bakery
from tests.sectors.raw_files import header_of, pence, reviews_in, rows_of

SQUARE_STARTS = ["Date", "Time", "Time Zone", "Category", "Item", "Qty", "Price Point Name", "SKU"]
SHOPIFY_STARTS = ["Name", "Email", "Financial Status", "Paid at", "Fulfillment Status"]
MAILCHIMP_ENDS = ["LEID", "EUID", "NOTES", "TAGS"]


WEEKS = timedelta(weeks=12)


def test_headers_are_the_vendors(bakery: Bakery, shared_data: Path | None) -> None:
    folder = bakery.folder
    names = {
        "square_items_detail.csv": sorted(folder.glob("items-*.csv")),
        "shopify_orders_export.csv": [folder / "orders_export.csv"],
        "shopify_customers_export.csv": [folder / "customers_export.csv"],
        "mailchimp_audience.csv": [folder / "subscribed_email_audience_export.csv"],
    }
    for name, paths in names.items():
        for path in paths:
            if shared_data is not None:
                want = header_of(shared_data / "exports" / "headers" / name)
                assert header_of(path) == want
    assert header_of(sorted(folder.glob("items-*.csv"))[0])[:8] == SQUARE_STARTS
    assert header_of(folder / "orders_export.csv")[:5] == SHOPIFY_STARTS
    assert header_of(folder / "subscribed_email_audience_export.csv")[-4:] == MAILCHIMP_ENDS
    left = header_of(folder / "unsubscribed_email_audience_export.csv")
    assert {"UNSUB_TIME", "UNSUB_REASON", "UNSUB_CAMPAIGN_ID"} < set(left)


def test_the_world_is_of_the_promised_size(bakery: Bakery) -> None:
    truth = bakery.truth
    totals = truth["totals"]
    assert totals["people"] == 1500
    assert 13_000 < totals["orders"] < 21_000
    assert 0.5 < totals["till"]["known_orders"] / totals["till"]["orders"] < 0.7


def test_equal_arguments_give_equal_bytes(tmp_path: Path) -> None:
    simulate = sectors.pack("bakery").simulate
    texts = []
    for turn, seed in enumerate((3, 3, 4)):
        simulate(
            tmp_path / str(turn),
            seed=seed,
            people=150,
            first_day=date(2026, 1, 1),
            last_day=date(2026, 8, 1),
        )
        texts.append([path.read_bytes() for path in sorted((tmp_path / str(turn)).iterdir())])
    assert texts[0] == texts[1] != texts[2]


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="people"):
        sectors.pack("bakery").simulate(tmp_path, people=10, first_day=FIRST, last_day=LAST)


def test_the_truth_is_not_a_file_to_import(bakery: Bakery) -> None:
    paths, truth = bakery.paths, bakery.truth
    folder = bakery.folder
    assert sectors.truth_path(folder) not in paths
    assert {path.name for path in paths} == set(truth["files"])
    for path in paths:
        count = len(reviews_in(path)) if path.suffix == ".zip" else len(rows_of(path))
        assert count == truth["files"][path.name]["rows"]


def test_till_totals_are_what_the_rows_add_up_to(bakery: Bakery) -> None:
    truth = bakery.truth
    till = truth["totals"]["till"]
    rows = [row for _, row in bakery.till]
    paid = [row for row in rows if row["Event Type"] == "Payment"]
    back = [row for row in rows if row["Event Type"] == "Refund"]
    assert sum(pence(row["Net Sales"]) for row in rows) == till["revenue_minor"]
    assert -sum(pence(row["Discounts"]) for row in paid) == till["discount_minor"]
    assert -sum(pence(row["Net Sales"]) for row in back) == till["refund_minor"]
    assert len({row["Transaction ID"] for row in paid}) == till["orders"]
    assert len({row["Transaction ID"] for row in back}) == till["returns"]
    assert len(rows) == till["goods_lines"]
    assert len({row["Customer ID"] for row in paid} - {""}) == till["known_people"]
    places: Counter[str] = Counter()
    for row in rows:
        places[row["Location"]] += pence(row["Net Sales"])
        assert pence(row["Gross Sales"]) + pence(row["Discounts"]) == pence(row["Net Sales"])
    assert places == till["revenue_by_place_minor"]


def test_web_totals_are_what_the_orders_add_up_to(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    web = truth["totals"]["web"]
    rows = rows_of(folder / "orders_export.csv")
    orders = [row for row in rows if row["Financial Status"]]
    standing = [
        row for row in orders if not row["Cancelled at"] and row["Financial Status"] != "pending"
    ]
    revenue = [pence(row["Total"]) - pence(row["Refunded Amount"]) for row in standing]
    assert sum(revenue) == web["revenue_minor"]
    assert sum(amount > 0 for amount in revenue) == web["orders"]
    assert sum(pence(row["Shipping"]) for row in standing) == web["postage_minor"]
    assert sum(pence(row["Discount Amount"]) for row in standing) == web["discount_minor"]
    assert (len(orders), len(rows)) == (web["orders_in_file"], web["goods_lines"])
    assert [row["Name"] for row in reversed(orders) if row["Cancelled at"]] == web["cancelled"]
    goods: Counter[str] = Counter()
    for row in rows:
        goods[row["Name"]] += int(row["Lineitem quantity"]) * pence(row["Lineitem price"])
    for row in orders:
        assert goods[row["Name"]] - pence(row["Discount Amount"]) == pence(row["Subtotal"])
        assert pence(row["Subtotal"]) + pence(row["Shipping"]) == pence(row["Total"])


def test_months_add_up_to_all_revenue(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    months: Counter[str] = Counter()
    for at, row in bakery.till:
        months[f"{at:%Y-%m}"] += pence(row["Net Sales"])
    for row in rows_of(folder / "orders_export.csv"):
        if row["Financial Status"] not in ("", "pending") and not row["Cancelled at"]:
            months[row["Created at"][:7]] += pence(row["Total"]) - pence(row["Refunded Amount"])
    assert months == truth["totals"]["revenue_by_month_minor"]
    assert sum(months.values()) == truth["totals"]["revenue_minor"]


def test_takeout_has_the_folders_and_counts(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    path = folder / "takeout-google-business-profile.zip"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        titles = [
            json.loads(archive.read(name))["attributes"][0]["value"]
            for name in names
            if name.endswith("additionalData.json")
        ]
    assert all(name.startswith("Takeout/Google Business Profile/account-") for name in names)
    assert sorted(titles) == sorted(truth["reviews"]["by_place"])
    written = reviews_in(path)
    assert len(written) == truth["reviews"]["count"]
    assert sum("reviewReply" not in each for each in written) == truth["reviews"]["unanswered"]
    assert len({each["name"] for each in written}) == len(written)
    assert any("(Original)" in each.get("comment", "") for each in written)


@pytest.mark.parametrize(
    "feast", [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25)]
)
def test_easter_falls_where_almanacs_say(feast: date) -> None:
    assert easter(feast.year) == feast


def test_nothing_is_sold_when_the_shop_is_shut(bakery: Bakery) -> None:
    truth = bakery.truth
    hours, ahead = truth["opening_hours"], truth["faults"]["future_date"]["transaction_id"]
    on = set()
    for at, row in bakery.till:
        if row["Transaction ID"] == ahead or row["Event Type"] == "Refund":
            continue
        on.add((row["Location"], at.date()))
        opens, closes = hours[row["Location"]][at.weekday()]
        assert opens <= f"{at:%H:%M}" < closes
    days = {day for _, day in on}
    assert (min(days), max(days)) == (FIRST, LAST)
    closed = {date.fromisoformat(day) for day in truth["closed_days"]}
    assert date(2025, 12, 25) in closed
    assert days == {FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)} - closed
    missing = truth["faults"]["missing_day"]
    gone = date.fromisoformat(missing["on"])
    assert (missing["place"], gone) not in on
    assert ("Station Road", gone) in on
    assert LAST - gone < timedelta(28)


def test_guests_come_and_go_and_prices_rise(bakery: Bakery) -> None:
    months = bakery.truth["totals"]["revenue_by_month_minor"]
    assert months["2025-12"] > 1.15 * months["2025-11"]
    guests = [
        {row["Customer ID"] for at, row in bakery.till if first <= at.date() < first + WEEKS}
        for first in (FIRST, LAST - WEEKS)
    ]
    joined, left = guests[1] - guests[0], guests[0] - guests[1]
    assert len(joined) > 0.4 * len(guests[1])
    assert len(left) > 0.4 * len(guests[0])
    prices: dict[str, set[str]] = {}
    for at, row in bakery.till:
        if (row["SKU"], row["Qty"], row["Discounts"]) == ("DR-FLW", "1.0", "£0.00"):
            prices.setdefault(f"{at:%Y%m}", set()).add(row["Gross Sales"])
    assert prices["202501"] == {"£2.85"}
    assert prices["202602"] == {"£3.10"}
    assert prices["202611"] == {"£3.30"}


def test_clicks_are_of_the_shops_own_visitors(bakery: Bakery) -> None:
    truth = bakery.truth["clicks"]
    rows = rows_of(bakery.folder / "segment-tracks.csv")
    assert (len(rows), len({row["id"] for row in rows})) == (truth["count"], truth["count"])
    assert Counter(row["event_text"] for row in rows) == truth["by_name"]
    assert {row["event"] for row in rows} == {
        name.lower().replace(" ", "_") for name in truth["by_name"]
    }
    signed_in = [row for row in rows if row["user_id"]]
    assert 0.3 < len(signed_in) / len(rows) < 0.9
    accounts = {
        row["Customer ID"].lstrip("'"): row["Email"]
        for row in rows_of(bakery.folder / "customers_export.csv")
    }
    for row in signed_in:
        assert accounts[row["user_id"]] == row["context_traits_email"]
    bought = {row["Name"] for row in rows_of(bakery.folder / "orders_export.csv")}
    for row in rows:
        if row["event_text"] == "Order Completed":
            assert f"#{row['context_page_path'].rpartition('/')[2]}" in bought
