from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time

from tests.sectors.conftest import LAST, Bakery
from tests.sectors.raw_files import pence, reviews_in, rows_of


def test_what_sells_out_is_gone_by_then(bakery: Bakery) -> None:
    truth = bakery.truth
    sold: Counter[tuple[str, str, date]] = Counter()
    last: dict[tuple[str, str, date], str] = {}
    for at, row in bakery.till:
        if row["Event Type"] == "Payment":
            key = row["SKU"], row["Location"], at.date()
            sold[key] += int(float(row["Qty"]))
            last[key] = max(last.get(key, ""), f"{at:%H:%M:%S}")
    twice = datetime.strptime(truth["faults"]["repeated_lines"]["on"], "%d/%m/%Y").date()
    assert len(truth["sell_out"]) == 3
    for planted in truth["sell_out"]:
        here = planted["sku"], planted["place"]
        for day, gone_at in planted["gone_at"].items():
            assert last.get((*here, date.fromisoformat(day)), "") < gone_at
        for day, pieces in planted["sold_on_days"].items():
            assert date.fromisoformat(day).weekday() == planted["weekday"]
            assert day >= planted["since"]
            if day != twice.isoformat():
                assert sold[(*here, date.fromisoformat(day))] == pieces
        assert planted["last_28_days"]["days"] in (3, 4)
        assert planted["last_364_days"]["asked_for_in_vain"] >= 20
        assert len(planted["gone_at"]) <= len(planted["sold_on_days"])


def test_what_sells_on_sells_in_the_last_hours_too(bakery: Bakery) -> None:
    truth = bakery.truth
    late: Counter[tuple[str, str, int]] = Counter()
    for at, row in bakery.till:
        if row["Event Type"] == "Payment" and at.time() >= time(12, 30):
            late[row["SKU"], row["Location"], at.weekday()] += 1
    for one in truth["sells_on"]:
        assert late[one["sku"], one["place"], one["weekday"]] > 40


def test_pulls_are_as_written(bakery: Bakery) -> None:
    truth = bakery.truth
    baskets: defaultdict[str, set[str]] = defaultdict(set)
    ahead = truth["faults"]["future_date"]["transaction_id"]
    for _, row in bakery.till:
        if row["Event Type"] == "Payment" and row["Transaction ID"] != ahead:
            baskets[row["Transaction ID"]].add(row["SKU"])
    for pull in truth["pulls"]:
        both = sum({pull["from"], pull["to"]} <= basket for basket in baskets.values())
        assert (len(baskets), both) == (pull["tickets"], pull["tickets_both"])
        assert abs(pull["confidence"] - pull["planted_with"]) < 0.05
        assert pull["lift"] > 1.7
    assert len(truth["pulls"]) == 4
    for first, second in truth["no_pull"]:
        has = [sum(sku in basket for basket in baskets.values()) for sku in (first, second)]
        both = sum({first, second} <= basket for basket in baskets.values())
        assert 0.85 < both * len(baskets) / (has[0] * has[1]) < 1.15


def test_the_wait_costs_returning_guests(bakery: Bakery) -> None:
    truth = bakery.truth
    wait = truth["wait"]
    waited, others = wait["back_within_30_days"], wait["back_within_30_days_elsewhere"]
    assert waited["visits"] > 400
    assert waited["share"] < others["share"] - 0.08
    assert len(wait["people_driven_off"]) >= 15
    assert sum(cell["visits"] for cell in wait["cells"]) == waited["visits"]
    assert sum(cell["came"] for cell in wait["cells"]) == waited["came"]


def test_quiet_regulars_stopped_and_steady_ones_did_not(bakery: Bakery) -> None:
    truth = bakery.truth
    last: dict[str, date] = {}
    for at, row in bakery.till:
        if row["Event Type"] == "Payment" and row["Customer ID"]:
            day = at.date()
            last[row["Customer ID"]] = max(last.get(row["Customer ID"], day), day)
    assert len(truth["gone_quiet"]) >= 16
    for person in truth["gone_quiet"]:
        silent = (LAST - last[person["square_id"]]).days
        assert silent == person["silent_days"] >= max(50, 4 * person["mean_gap_days"])
        assert person["till_orders"] >= 8
    assert len(truth["steady"]) >= 16
    for person in truth["steady"]:
        assert (LAST - last[person["square_id"]]).days <= 1.5 * person["mean_gap_days"]


def test_three_identifiers_meet_in_the_files(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    till = {row["Square Customer ID"]: row for row in rows_of(folder / "square-customers.csv")}
    web = {row["Email"]: row for row in rows_of(folder / "customers_export.csv")}
    news = {
        row["Email Address"].lower()
        for part in ("subscribed", "unsubscribed")
        for row in rows_of(folder / f"{part}_email_audience_export.csv")
    }
    trios = truth["identities"]["three_identifiers"]
    assert len(trios) == 9
    for trio in trios:
        entry, account = till[trio["square_id"]], web[trio["web_email"]]
        assert entry["Email Address"] == ""
        digits = "".join(filter(str.isdigit, entry["Phone Number"]))
        assert digits[-9:] == account["Phone"].lstrip("'")[-9:] == trio["phone"][-9:]
        assert account["Phone"].startswith("'+44")
        assert trio["news_email"] in news


def test_values_that_must_not_link_are_there(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    rows = rows_of(folder / "square-customers.csv")
    emails = Counter(row["Email Address"] for row in rows)
    phones = Counter(row["Phone Number"] for row in rows)
    blocked = truth["identities"]["blocked"]
    assert emails["none@none.com"] == len(blocked["none@none.com"]) == 4
    assert phones["0000000000"] == len(blocked["0000000000"]) == 4
    by_key = {person["key"]: person for person in truth["people"]}
    for household in truth["identities"]["households"]:
        first, second = (by_key[key] for key in household["people"])
        assert first["till_phone"] == second["till_phone"]
        assert first["name"] != second["name"]
    slip = truth["identities"]["mistyped_email"]
    assert slip["typed"] in emails
    assert slip["typed"].removesuffix("n") == slip["meant"].removesuffix("m")
    assert slip["meant"] in {row["Email"] for row in rows_of(folder / "customers_export.csv")}
    assert any(row["Memo"].startswith("=") for row in rows)
    assert {"ليلى", "小明", "Łukasz"} <= {row["First Name"] for row in rows}


def test_profiles_expected_lie_between_people_and_records(bakery: Bakery) -> None:
    truth = bakery.truth
    profiles = truth["profiles"]
    households = len(truth["identities"]["households"])
    assert profiles["shared_phones_part"] - profiles["all_phones_link"] == households
    assert 1500 < profiles["all_phones_link"] < 1900


def test_faults_stand_in_the_files_they_are_said_to(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    faults = truth["faults"]
    (wrong_day,) = (
        row
        for row in rows_of(folder / faults["impossible_date"]["file"])
        if row["Transaction ID"] == faults["impossible_date"]["transaction_id"]
    )
    assert wrong_day["Date"].startswith("31/02/")
    (odd,) = (
        row
        for row in rows_of(folder / faults["odd_amount"]["file"])
        if row["Transaction ID"] == faults["odd_amount"]["transaction_id"]
    )
    assert (odd["Gross Sales"], odd["Net Sales"]) == ("1.234,50 €", "1.234,50 €")
    (ahead,) = (
        at
        for at, row in bakery.till
        if row["Transaction ID"] == faults["future_date"]["transaction_id"]
    )
    assert ahead.date() == date.fromisoformat(faults["future_date"]["on"]) > LAST
    assert {"=Baker's dozen (13 rolls)"} < {
        row["Item"] for row in rows_of(folder / faults["future_date"]["file"])
    }
    twice = faults["repeated_lines"]
    lines = Counter(tuple(row.values()) for row in rows_of(folder / twice["file"]))
    assert sum(count - 1 for count in lines.values()) == twice["rows"] == 12
    repeated = [dict(zip(wrong_day, line, strict=True)) for line in lines if lines[line] == 2]
    assert sum(pence(row["Net Sales"]) for row in repeated) == twice["amount_minor"]


def test_one_day_is_exported_twice(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    overlap = truth["faults"]["overlap"]
    first, second = (
        {tuple(row.values()) for row in rows_of(path)}
        for path in sorted(folder.glob("items-station-road-*.csv"))[-2:]
    )
    assert len(first & second) == overlap["rows"] == truth["files"][overlap["file"]]["told_before"]
    assert overlap["rows"] > 10


def test_bun_rises_and_rye_falls(bakery: Bakery) -> None:
    bun, rye = bakery.truth["trends"]
    for before in ("pieces_28_days_before_change", "pieces_28_days_a_year_before"):
        assert bun["pieces_last_28_days"] > 1.7 * bun[before]
        assert rye["pieces_last_28_days"] < 0.6 * rye[before]


def test_the_station_falls_lately(bakery: Bakery) -> None:
    (fall,) = bakery.truth["place_trends"]
    now = fall["revenue_last_28_days_minor"]
    assert now < 0.8 * fall["revenue_28_days_before_change_minor"]
    assert now < 0.85 * fall["revenue_28_days_a_year_before_minor"]


def test_what_the_season_brings_came_last_year_too(bakery: Bakery) -> None:
    truth = bakery.truth
    sold: defaultdict[str, set[int]] = defaultdict(set)
    for at, row in bakery.till:
        sold[row["SKU"]].add(at.month)
    assert [one["sku"] for one in truth["not_trends"]] == ["PA-MIN", "PA-HCB", "WB-HAM"]
    assert sold["PA-MIN"] == {11, 12}
    assert sold["PA-HCB"] == {2, 3, 4}


def test_best_guests_wait_for_an_answer(bakery: Bakery) -> None:
    folder, truth = bakery.folder, bakery.truth
    by_key = {person["key"]: person for person in truth["people"]}
    names = {by_key[key]["name"] for key in truth["reviews"]["best_guests_with_a_problem"]}
    waiting = {
        each["reviewer"]["displayName"]
        for each in reviews_in(folder / "takeout-google-business-profile.zip")
        if each["starRating"] in ("ONE", "TWO") and "reviewReply" not in each
    }
    assert len(names) == 3
    assert names <= waiting
