from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from regulars.accounts import actors
from regulars.jobs.outbox import Letter, put
from regulars.profiles.pipeline import leads
from regulars.sources import origins
from regulars.sources.intake import landing
from regulars.sources.models import Import, QuarantinedRow
from tests import world
from tests.contract.conftest import Run
from tests.contract.shapes import hold
from tests.contract.world import OWNER, World, write_sales
from tests.sources.door import knock

NOW = ("--from", "2025-11-03", "--to", "2025-11-30")


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        (("imports", "list"), "imports-list"),
        (("imports", "show", "1"), "imports-show"),
        (("metric",), "metric-definitions"),
        (("metric", "revenue", "orders"), "metric"),
        (("metric", "revenue", "--by", "channel", "--by", "month"), "metric"),
        (("metric", "revenue", "--by", "product"), "metric"),
        (("metric", "revenue", "customers", *NOW, "--compare"), "metric"),
        (("metric", "orders", "--where", "channel=web", "--where", "channel=till"), "metric"),
        (("people", "find", "love"), "people-find"),
        (("today",), "today"),
        (("today", "--all"), "today-all"),
        (("decide", "quarantine", "--done"), "decide"),
        (("decide", "quarantine", "--snooze", "7"), "decide"),
        (("decide", "quarantine", "--not-useful", "known", "--words", "a trial"), "decide"),
        (("decisions",), "decisions"),
        (("quality",), "quality"),
        (("sources", "profile", "1"), "sources-profile"),
        (("data-map",), "data-map"),
        (("identity", "match"), "identity-match"),
        (("identity", "rules"), "identity-rules"),
        (
            ("identity", "set-rule", "email", "--limit", "2", "--window", "ever"),
            "identity-set-rule",
        ),
        (("identity", "default-rules"), "identity-default-rules"),
        (("identity", "block", "email", "counter@crumb.test"), "identity-block"),
        (("opening-hours",), "opening-hours"),
        (
            ("opening-hours", "Market", "--set", "0=07:30-17:00", "--set", "6=closed"),
            "opening-hours",
        ),
        (("products",), "products"),
        (("products", "--sort", "change", *NOW, "--where", "place=Market"), "products"),
        (("hours", "--metric", "orders", "--where", "product=Bun"), "hours"),
        (("hours",), "hours"),
        (("keys", "list"), "keys-list"),
        (("keys", "make", "till", "--role", "analyst"), "keys-make"),
        (("sources", "add", "segment", "--name", "Web shop"), "sources-add"),
        (("sources", "list"), "sources-list"),
        (("sources", "show", "{source}"), "sources-show"),
        (("sources", "pause", "{source}"), "sources-pause"),
        (("sources", "resume", "{source}"), "sources-resume"),
        (("events", "count"), "events-count"),
        (("events", "count", "--name", "Order Completed", "--source", "{source}"), "events-count"),
        (("members", "list"), "members-list"),
        (("mail", "list"), "mail-list"),
        (("mail", "show", "{message}"), "mail-show"),
        (("mail", "drop", "{message}"), "mail-drop"),
        (("members", "add", "new@example.org"), "members-add"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else one,
)
def test_an_answer_has_its_shape(words: tuple[str, ...], shape: str, run: Run) -> None:
    if words[:2] == ("imports", "show"):
        words = (*words[:2], str(Import.objects.get(kind="sales").pk))
    if "{message}" in words:
        words = (*words[:2], str(put(Letter("sample", "1", OWNER, "Words", "Words"))[0].pk))
    if "{source}" in words:
        source = origins.add(actors.owner("cli"), "web", name="Website")
        words = tuple(str(source.pk) if word == "{source}" else word for word in words)
    ended = run(*words, "--json")
    assert (ended.status, ended.err) == (0, "")
    hold(ended.out, shape)


def test_a_vendors_source_has_its_shape(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    add = ("sources", "add", "shopify", "--name", "Shop", "--secret-stdin")
    monkeypatch.setattr("sys.stdin", io.StringIO("it signs\ntoken=shpat_1\n"))
    # Nothing listens at that port.
    made = hold(run(*add, "--set", "shop=http://127.0.0.1:9", "--json").out, "sources-add")
    assert made["webhook_url"].endswith(f"/v1/hook/{made['write_key']}")
    pulled = hold(run("sources", "pull", made["id"], "--json").out, "sources-pull")
    assert pulled["problem"]["code"] == "unreachable" and not pulled["is_done"]
    hold(run("sources", "show", made["id"], "--json").out, "sources-show")
    monkeypatch.setattr("sys.stdin", io.StringIO("token=shpat_2"))
    given = hold(run("sources", "secret", made["id"], "--json").out, "sources-secret")
    assert given["problem"] is None
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    ended = run(*add[:4], "Other", "--secret-stdin")
    assert ended.status == 2 and "Shopify needs: signing" in ended.err


def test_what_others_publish_is_added_listed_and_removed(run: Run) -> None:
    add = ("enrich", "add", "holidays", "--name", "Bank holidays", "--publisher", "gov.uk",
           "--as-of", "2026-01-01", "--purpose", "To read quiet days rightly")  # fmt: skip
    refused = run(*add)
    assert refused.status == 2 and "lawful basis" in refused.err
    made = hold(run(*add, "--basis", "no_personal_data", "--json").out, "enrich-add")
    listed = hold(run("enrich", "list", "--json").out, "enrich-list")
    assert [one["id"] for one in listed["enrichments"]] == [made["id"]]
    words = ("enrich", "days", "--from", "2026-12-20", "--to", "2026-12-31", "--json")
    days = hold(run(*words).out, "enrich-days")
    assert "Christmas Day" in [one["holiday"] for one in days["days"]]
    hold(run("enrich", "remove", made["id"], "--json").out, "enrich-remove")
    assert hold(run(*words).out, "enrich-days")["days"] == []


def test_leads_are_written_down_moved_lost_and_brought_back(run: Run) -> None:
    add = ("leads", "add", "Wedding cake", "--name", "Eve", "--value", "1250.50", "--source",
           "Fair", "--next-step", "Call", "--next-on", "2026-12-01", "--json")  # fmt: skip
    made = hold(run(*add).out, "leads-add")
    assert made["value_minor"] == 125_050 and made["stage"] == "New"
    [pipeline] = hold(run("leads", "pipelines", "--json").out, "leads-pipelines")["pipelines"]
    by_name = {one["name"]: one["id"] for one in pipeline["stages"]}
    refused = run("leads", "move", made["id"], by_name["Lost"])
    assert refused.status == 2 and "Say why it was lost." in refused.err
    move = ("leads", "move", made["id"], by_name["Lost"], "--reason", "Too dear", "--json")
    assert hold(run(*move).out, "leads-move")["moves"][0]["reason"] == "Too dear"
    assert hold(run("leads", "undo", made["id"], "--json").out, "leads-undo")["stage"] == "New"
    listed = hold(run("leads", "list", "--stage", by_name["New"], "--json").out, "leads-list")
    assert [one["id"] for one in listed["leads"]] == [made["id"]]
    shown = run("leads", "show", made["id"])
    assert "of 100 points" in shown.out and "New → Lost: Too dear (undone)" in shown.out
    hold(run("leads", "show", made["id"], "--json").out, "leads-show")
    for wrong in (("--value", "many"), ("--next-on", "soon"), ("--probability", "101"),
                  ("--email", "bad"), ("--owner", "999999"), ("--stage", str(2**70))):  # fmt: skip
        assert run("leads", "add", "x", *wrong).status == 2, wrong


def test_leads_are_changed_touched_and_removed(run: Run) -> None:
    made = json.loads(
        run("leads", "add", "Rolls", "--value", "80", "--source", "Fair", "--json").out
    )
    words = ("leads", "change", made["id"], "--next-step", "Call", "--empty", "value", "--json")
    changed = hold(run(*words).out, "leads-change")
    said = (changed["title"], changed["source"], changed["next_step"], changed["value_minor"])
    assert said == ("Rolls", "Fair", "Call", None)
    touched = run("leads", "touch", made["id"], "--words", "Rang up", "--json")
    assert hold(touched.out, "leads-touch")["contacts"][0]["words"] == "Rang up"
    assert run("leads", "change", made["id"]).status == 2
    assert run("leads", "change", made["id"], "--empty", "colour").status == 2
    gone = hold(run("leads", "remove", made["id"], "--json").out, "leads-remove")
    assert gone == {"removed": made["id"]}
    assert run("leads", "remove", made["id"], "--yes").status == 1


def test_what_looks_wrong_is_listed_put_right_and_left(run: Run, tmp_path: Path) -> None:
    rows = [("1", "2026-03-02", "tester@crumb.test", "Loaf", 1, "4.00"),
            ("2", "2026-03-02", "ada@gmial.com", "TEST", 1, "4.00")]  # fmt: skip
    head = ("Order", "Date", "E-mail", "Item", "Qty", "Price")
    path = world.write(tmp_path / "s.csv", head, rows)
    assert run("import", path, "--as", "sales", "--yes").status == 0
    listed = hold(run("cleaning", "list", "--look", "--json").out, "cleaning-list")
    assert {one["kind"] for one in listed["kinds"]} >= {"email_domain", "test_order"}
    [orders] = [one for one in listed["kinds"] if one["kind"] == "test_order"]
    first = orders["doubts"][0]["id"]
    mended = run("cleaning", "put-right", "test_order", "--only", first, "--json")
    mended = hold(mended.out, "cleaning-put-right")
    assert mended["put_right"] == 1
    left = hold(run("cleaning", "leave", "test_order", "--json").out, "cleaning-leave")
    assert left["left"] == orders["count"] - 1
    undone = run("imports", "undo", mended["import_id"], "--json")
    assert undone.status == 0
    assert run("cleaning", "put-right", "colour").status == 2


def test_a_programs_fields_are_shown_decided_and_read_once_more(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("it signs"))
    add = ("sources", "add", "webhook", "--name", "Till", "--secret-stdin", "--json")
    made = hold(run(*add).out, "sources-add")
    nothing = run("sources", "map", made["id"])
    assert nothing.status == 2 and "Nothing came yet" in nothing.err
    body = {"no": "A-1", "date": "2026-11-20", "item": "Loaf", "price": "3.50"}
    path = f"/v1/hook/{made['write_key']}"
    assert knock(path, body, headers={"Authorization": "Bearer it signs"}).status == 200
    landing.land_waiting()
    shown = hold(run("sources", "map", made["id"], "--json").out, "sources-map")
    assert shown["kind"] == "sales" and not shown["is_decided"] and "landed" not in shown
    words = ("sources", "map", made["id"], "--map", "order_id=no", "--yes")
    assert hold(run(*words, "--json").out, "sources-map")["landed"] == 1
    again = hold(run("sources", "replay", made["id"], "--json").out, "sources-replay")
    assert again["read"] == 1


@pytest.mark.parametrize(
    ("where", "near"),
    [
        ("place=Nowhere", ""),
        ("place=high stret", "High Street"),
        ("product=bun", "Bun"),
        ("origin=gogle", ""),
    ],
)
def test_a_value_that_nothing_names_is_answered_with_a_remark(
    where: str, near: str, run: Run
) -> None:
    name = "reviews" if where.startswith("origin") else "revenue"
    ended = run("metric", name, "--where", where, "--json")
    answer = hold(ended.out, "metric")
    assert ended.status == 0 and not any(row["n"] for row in answer["rows"])
    (note,) = [one for one in answer["notes"] if "nothing imported names" in one]
    assert where.split("=")[1] in note and (f"Spelt nearly so: {near}" in note or not near)
    assert note in ended.err
    told = run("metric", name, "--where", where)
    assert (told.status, told.err) == (0, "") and note in told.out


def test_a_value_that_something_names_is_no_remark(run: Run) -> None:
    ended = run("metric", "revenue", "--where", "place=Market", "--from", "2031-01-01", "--json")
    assert ended.err == "" and "names" not in str(hold(ended.out, "metric")["notes"])


def test_a_decision_is_listed_and_taken_back(run: Run) -> None:
    made = hold(run("decide", "quarantine", "--done", "--json").out, "decide")
    page = hold(run("decisions", "--json").out, "decisions")
    assert [one["id"] for one in page["decisions"]] == [made["id"]]
    things = hold(run("today", "--all", "--json").out, "today-all")["things"]
    assert "quarantine" not in {one["key"] for one in things}
    back = hold(run("take-back", made["id"], "--json").out, "take-back")
    assert back["taken_back_at"]
    assert run("take-back", made["id"]).status == 2
    things = hold(run("today", "--all", "--json").out, "today-all")["things"]
    assert "quarantine" in {one["key"] for one in things}


@pytest.mark.parametrize("name", ["show", "export"])
def test_a_person_has_its_shape(name: str, run: Run, world: World) -> None:
    person = world.person("Ada Lovelace")
    answer = hold(run("people", name, person, "--json").out, f"people-{name}")
    assert answer["profile_id"] == person


def test_words_for_all_may_stand_anywhere(run: Run) -> None:
    answers = {
        run(*words).out
        for words in (
            ("--json", "metric", "orders"),
            ("metric", "--json", "orders"),
            ("metric", "orders", "--json"),
        )
    }
    assert len(answers) == 1


def test_a_dry_run_writes_nothing(run: Run, world: World, tmp_path: Path) -> None:
    path = write_sales(tmp_path / "again.csv")
    before = Import.objects.count()
    answer = hold(run("import", path, "--dry-run", "--json").out, "import-dry-run")
    [told] = answer["imports"]
    assert told["rows_read"] == told["landed"] + told["unchanged"] + told["quarantined"]
    assert (told["landed"], told["quarantined"]) == (0, 1)
    assert Import.objects.count() == before


def test_the_same_file_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = write_sales(tmp_path / "again.csv")
    ended = run("import", path, "--no-refresh", "--json")
    [told] = hold(ended.out, "import")["imports"]
    assert ended.status == 0
    assert told["landed"] == 0
    assert told["rows_read"] == told["unchanged"] + told["quarantined"]
    assert told["reasons"] == {QuarantinedRow.objects.first().reason: 1}  # type: ignore[union-attr]


def test_an_unknown_shape_ends_with_2_and_a_proposal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(
        "Beleg;Tag;Artikel;Preis;Kelle\n1;31.12.2025;Brot;2,50;x\n2;30.12.2025;Brot;2,50;x\n"
    )
    ended = run("import", path, "--json")
    assert ended.status == 2
    answer = hold(ended.out, "error")
    assert answer["imports"] == []
    [proposal] = answer["proposals"]
    assert set(proposal["columns"]) == {"Beleg", "Tag", "Artikel", "Preis", "Kelle"}
    assert one_sentence(ended.err)
    words = run("import", path)
    assert words.status == 2
    assert "--map" in words.out
    given = [f"--map={name}={column}" for name, column in proposal["map"].items()]
    assert run("import", path, *given, "--no-refresh").status == 0


def test_quarantined_rows_are_no_failure(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "held.csv"
    path.write_text("order_id,date,product,quantity,unit_price\n1,someday,Loaf,1,2.50\n")
    ended = run("import", path, "--map", "date=date", "--yes", "--no-refresh", "--json")
    assert ended.status == 0
    assert hold(ended.out, "import")["imports"][0]["quarantined"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("metric", "--nonsense"),
        ("metric", "revenue", "--from"),
        ("metric", "reveneu"),
        ("metric", "revenue", "--from", "yesterday"),
        ("metric", "revenue", "--from", "2025-02-01", "--to", "2025-01-01"),
        ("metric", "revenue", "--by", "colour"),
        ("metric", "revenue", "--where", "channel"),
        ("products", "--sort", "colour"),
        ("products", "--where", "channel"),
        ("hours", "--metric", "customers"),
        ("hours", "--from", "2025-02-01", "--to", "2025-01-01"),
        ("import",),
        ("import", "sales.csv", "--as", "poems"),
        ("import", "sales.csv", "--map", "order_id"),
        ("import", "sales.csv", "--map", "colour=date"),
        ("people", "show", "Ada"),
        ("imports", "mend", "1", "--set", "date"),
        ("keys", "make", "k", "--role", "owner"),
        ("decide", "quarantine"),
        ("decide", "quarantine", "--done", "--snooze", "7"),
        ("decide", "quarantine", "--not-useful", "dull"),
        ("decisions", "--cursor", "first"),
        ("mail", "send", "999999"),
        ("opening-hours", "Market", "--set", "0=early"),
        ("opening-hours", "Market", "--set", "7=closed"),
        ("opening-hours", "--set", "0=07:30-17:00"),
        ("identity", "set-rule", "email"),
        ("identity", "set-rule", "email", "--limit", "few"),
        ("identity", "set-rule", "shoe", "--limit", "2"),
        ("identity", "block", "email", "test@test.com"),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2(
    words: tuple[str, ...], run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    ended = run(*words)
    assert ended.status == 2
    assert one_sentence(ended.err)


@pytest.mark.parametrize(
    "words",
    [
        ("people", "show", "999999"),
        ("imports", "show", "999999"),
        ("imports", "undo", "999999"),
        ("decide", "sold_out", "--done"),
        ("take-back", "999999"),
        ("mail", "show", "999999"),
        ("mail", "drop", "999999"),
        ("today", "--as-member", "nobody@crumb.test"),
        ("today", "--as-member", "helper@crumb.test"),
        ("import", "empty.csv"),
        ("import", "binary.csv"),
    ],
    ids=" ".join,
)
def test_anything_else_ends_with_1(
    words: tuple[str, ...], run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").touch()
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 20)
    ended = run(*words)
    assert ended.status == 1
    assert ended.out == ""
    assert one_sentence(ended.err)
    told = run(*words, "--json")
    assert told.status == 1
    hold(told.out, "error")


def test_a_fault_of_ours_is_one_sentence_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.insights import figures

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(figures, "ask", broken)
    ended = run("metric", "revenue")
    assert ended.status == 1
    assert one_sentence(ended.err)
    assert json.loads(run("metric", "revenue", "--json").out)["error"]["code"] == "internal"


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        (("metric", "revenue"), "manager analyst"),
        (("today",), "manager analyst"),
        (("decide", "quarantine", "--done"), "manager"),
        (("decisions",), "manager analyst"),
        (("products",), "manager analyst"),
        (("hours",), "manager analyst"),
        (("people", "find", "love"), "manager helper analyst"),
        (("people", "show", "{person}"), "manager helper analyst"),
        (("people", "export", "{person}"), "manager"),
        (("people", "erase", "{person}", "--yes"), ""),
        (("files", "list", "{person}"), "manager helper analyst"),
        (("files", "add", "{person}", "{sales}"), "manager helper"),
        (("relations", "list", "{person}"), "manager helper analyst"),
        (("relations", "add", "{person}", "works_for", "--company", "{role}"), "manager helper"),
        (("points", "show", "{person}"), "manager helper analyst"),
        (("points", "give", "{person}", "5"), "manager helper"),
        (("looks",), "manager"),
        (("looks", "--person", "{person}"), "manager"),
        (("tags",), "manager helper analyst"),
        (("people", "tags", "{person}"), "manager helper analyst"),
        (("people", "tag", "{person}", "VIP"), "manager helper"),
        (("views", "list"), "manager helper analyst"),
        (("views", "keep", "Quiet", "--shared"), "manager"),
        (("leads", "change", "{lead}", "--next-step", "Call"), "manager helper"),
        (("leads", "touch", "{lead}"), "manager helper"),
        (("leads", "remove", "{lead}", "--yes"), "manager"),
        (("imports", "list"), "manager analyst"),
        (("imports", "discard", "{run}"), "manager"),
        (("import", "{sales}", "--no-refresh"), "manager"),
        (("import", "{sales}", "--dry-run"), "manager"),
        (("sources", "add", "web", "--name", "W"), "manager"),
        (("sources", "list"), "manager analyst"),
        (("events", "count"), "manager analyst"),
        (("mail", "list"), "manager"),
        (("quality",), "manager analyst"),
        (("opening-hours",), "manager analyst"),
        (("opening-hours", "Market", "--set", "0=closed"), "manager"),
        (("identity", "rules"), ""),
        (("identity", "set-rule", "email", "--limit", "2"), ""),
        (("identity", "block", "email", "a@crumb.test"), ""),
        (("keys", "list"), ""),
        (("keys", "make", "k"), ""),
        (("backup", "{folder}/b.zip"), ""),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_a_member_may_what_their_role_carries(
    words: tuple[str, ...], roles: str, run: Run, world: World
) -> None:
    known = {
        "person": world.person("Ada Lovelace"),
        "run": Import.objects.get(kind="sales").pk,
        "lead": leads.add(actors.owner("cli"), leads.Told(title="Cake")).pk,
        "sales": world.sales,
        "folder": world.folder,
    }
    for role in ("manager", "helper", "analyst"):
        said = [word.format(**known, role=role) for word in words]
        ended = run(*said, "--as-member", f"{role}@crumb.test")
        assert ended.status == (0 if role in roles.split() else 1), f"{role}: {ended.err}"
        if ended.status:
            article = "An" if role[0] in "ao" else "A"
            assert f"{article} {role} may not" in ended.err
            assert one_sentence(ended.err)


@pytest.mark.parametrize(
    "words",
    [
        "people show N", "people say N likes=rye", "people note N --text x",
        "people task N --what x", "people merge N ADA --reason x", "people merge ADA N --reason x",
        "people merges N", "people export N", "people erase N --yes", "people tags N",
        "people tag N VIP", "people untag N VIP", "files list N", "files add N FILE",
        "relations list N", "relations add N friend --to ADA", "relations add ADA friend --to N",
        "points show N", "points give N 5", "points take N 5", "looks --person N",
        "leads list --person N", "leads add Cake --person N", "leads change LEAD --person N",
    ],
)  # fmt: skip
def test_nobody_is_not_found_by_any_command(words: str, run: Run, world: World) -> None:
    lead = leads.add(actors.owner("cli"), leads.Told(title="Cake")).pk
    known = {"ADA": world.person("Ada Lovelace"), "FILE": world.sales, "LEAD": lead}
    for number in (9999, 0, 2**70):
        said = [number if word == "N" else known.get(word, word) for word in words.split()]
        ended = run(*said)
        assert ended.status == 1
        assert ended.err == f"regulars: Nobody here has the number {number}.\n"


def one_sentence(text: str) -> bool:
    """Whether a failure is told on one line, in words, without a traceback."""
    lines = text.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("regulars: ") and len(lines[0]) > 20


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("take-back", "foo"), "DECISION takes a whole number, not 'foo'."),
        (("people", "show", "-12"), "-12 is no number of a person or thing: they begin at 1."),
        (("files", "add", "-1", "x"), "-1 is no number of a person or thing: they begin at 1."),
        (("people", "show", "-x"), "No such option: -x"),
        (("people", "show", "1.5"), "ID takes a whole number, not '1.5'."),
        (("decide", "k", "--snooze", "0"), "--snooze takes 1 or more, not '0'."),
        (("decisions", "--limit", "900"), "--limit takes 200 at most, not '900'."),
        (("take-back", "9" * 5000), f"DECISION takes a whole number, not '{'9' * 40}…'."),
        (("decide", "k", "--snooze"), "Option '--snooze' requires an argument."),
        (("frob",), "No such command 'frob'."),
    ],
    ids=lambda one: " ".join(one)[:40] if isinstance(one, tuple) else "",
)
def test_a_word_that_does_not_fit_is_answered_in_plain_words(
    words: tuple[str, ...], said: str, run: Run
) -> None:
    ended = run(*words)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == f"regulars: {said}\n"
    told = json.loads(run(*words, "--json").out)
    assert told == {"error": {"code": "wrong_use", "message": said}}


def test_matching_is_held_against_a_file_that_says_who_is_who(run: Run, tmp_path: Path) -> None:
    head = ("who", "First name", "Last name", "Birthday")
    rows = [("a", "Ada", "Love", "1815-12-10"), ("a", "Ada", "Love", "1815-12-10"),
            ("b", "Bob", "Stone", "1901-02-03")]  # fmt: skip
    path = world.write(tmp_path / "people.csv", head, rows)
    answer = run("identity", "evaluate", path, "--truth", "who", "--json")
    found = hold(answer.out, "identity-evaluate")
    assert (found["records"], found["true_pairs"], found["people_found"]) == (3, 1, 2)
    assert run("identity", "evaluate", path, "--truth", "whom").status == 2


def test_a_rule_is_set_and_a_value_blocked_and_both_are_taken_back(run: Run) -> None:
    before = hold(run("identity", "rules", "--json").out, "identity-rules")
    words = ("identity", "set-rule", "phone", "--limit", "any", "--beside", "3", "--rank", "2")
    phone = hold(run(*words, "--json").out, "identity-set-rule")["kinds"][1]
    assert (phone["kind"], phone["limit"], phone["beside"]) == ("phone", None, 3)
    assert hold(run("identity", "default-rules", "--json").out, "identity-rules") == before
    made = hold(run("identity", "block", "email", "A@crumb.test", "--json").out, "identity-block")
    [blocked] = made["blocked"]
    assert blocked["value"] == "a@crumb.test"
    assert (
        hold(run("identity", "unblock", blocked["id"], "--json").out, "identity-unblock") == before
    )
    assert run("identity", "unblock", blocked["id"]).status == 1


def test_people_are_merged_listed_and_split(run: Run, world: World) -> None:
    one, other = (world.person(name) for name in ("Ada Lovelace", "Dov Katz"))
    words = ("people", "merge", one, other, "--reason", "One voice on the phone", "--json")
    made = hold(run(*words).out, "people-merge")
    [person] = made["people"]
    listed = hold(run("people", "merges", person, "--json").out, "people-merges")
    assert listed["merges"][0]["id"] == made["merge_id"]
    assert {one["by"] for one in listed["merges"]} == {"person", "rule"}
    shown = hold(run("people", "show", max(one, other), "--json").out, "people-show")
    assert shown["id"] == person
    parted = hold(run("people", "split", made["merge_id"], "--json").out, "people-split")
    assert parted["people"] == made["before"] == sorted((one, other))
    assert run("people", "split", made["merge_id"]).status == 2
    assert run("people", "split", "no such").status == 1


def test_people_are_written_down_and_what_they_like(run: Run) -> None:
    made = hold(run("people", "add", "--name", "Cleo", "--json").out, "people-add")
    assert not made["was_known"]
    cleo = ("people", "add", "--card", "C-77", "--name")
    assert "is written down." in run(*cleo, "Cleo").out
    assert "was here already.\n" in run(*cleo, "Cleo").out
    assert "was here already; name was Cleo, now Clea.\n" in run(*cleo, "Clea").out
    known = hold(run(*cleo, "Cleo", "--json").out, "people-add")
    assert known["was_known"] and known["replaced"] == {"name": "Clea"}
    said = run("people", "say", made["id"], "allergies=nuts", "birthday=--12-10", "--json")
    assert hold(said.out, "people-say")["changed"] == ["allergies", "birthday"]
    assert run("people", "say", made["id"], "allergies").status == 2
    assert run("people", "say", made["id"], "colour=red").status == 1
    page = hold(run("people", "show", made["id"], "--json").out, "people-show")
    assert {"allergies", "birthday", "name"} == {one["name"] for one in page["traits"]}


def test_people_are_tagged_and_a_view_finds_them(run: Run, world: World) -> None:
    ada = world.person("Ada Lovelace")
    given = hold(run("people", "tag", ada, "Jury", "--json").out, "people-tag")
    assert [one["name"] for one in given["tags"]] == ["Jury"]
    assert hold(run("people", "tags", ada, "--json").out, "people-tags") == given
    assert hold(run("tags", "--json").out, "tags") == {"tags": ["Jury"]}
    kept = run("views", "keep", "The jury", "--query", "tag=jury&allows=email", "--json")
    view = hold(kept.out, "views-keep")["id"]
    [person] = hold(run("views", "people", view, "--json").out, "views-people")["people"]
    assert person["name"] == "Ada Lovelace"
    assert "Jury" in run("views", "people", view).out
    changed = run(
        "views", "change", view, "--name", "Everybody", "--query", "", "--shared", "--json"
    )
    assert hold(changed.out, "views-change")["is_shared"]
    assert hold(run("views", "list", "--json").out, "views-list")["views"][0]["query"] == ""
    assert hold(run("views", "remove", view, "--json").out, "views-remove") == {"removed": view}
    assert hold(run("views", "put-back", view, "--json").out, "views-put-back")["id"] == view
    assert hold(run("people", "untag", ada, "jury", "--json").out, "people-untag")["tags"] == []
    assert run("people", "untag", ada, "jury").status == 1
    assert run("views", "change", view).status == 2
    assert run("views", "keep", "Kings", "--query", "segment=kings").status == 2
    foo = run("views", "keep", "All", "--query", "foo=1")
    assert foo.status == 2 and "There is no filter 'foo', but: q, who, segment" in foo.err
    assert run("views", "change", view, "--query", "foo=1").status == 2


def test_somebody_who_never_bought_is_in_a_view(run: Run) -> None:
    made = json.loads(run("people", "add", "--name", "Cleo", "--json").out)
    json.loads(run("people", "tag", made["id"], "Guest", "--json").out)
    view = json.loads(run("views", "keep", "Guests", "--query", "tag=Guest", "--json").out)["id"]
    [cleo] = hold(run("views", "people", view, "--json").out, "views-people")["people"]
    assert (cleo["name"], cleo["orders"], cleo["last_order_on"]) == ("Cleo", 0, None)


def test_files_are_kept_fetched_and_removed(run: Run, world: World, tmp_path: Path) -> None:
    ada, plan, copy = world.person("Ada Lovelace"), tmp_path / "plan.txt", tmp_path / "copy.txt"
    plan.write_bytes(b"plan" * 50_000)
    made = hold(run("files", "add", ada, plan, "--json").out, "files-add")["id"]
    [told] = hold(run("files", "list", ada, "--json").out, "files-list")["files"]
    assert (told["id"], told["name"], told["media_type"]) == (made, "plan.txt", "text/plain")
    got = hold(run("files", "get", made, "--out", copy, "--json").out, "files-get")
    assert copy.read_bytes() == plan.read_bytes() and got["size_bytes"] == 200_000
    assert run("files", "get", made, "--out", tmp_path).status == 2
    gone = hold(run("files", "remove", made, "--json").out, "files-remove")
    assert gone == {"removed": made}
    assert run("files", "get", made, "--out", copy).status == 1
    none = tmp_path / "none.txt"
    absent = run("files", "add", ada, none)
    assert (absent.status, absent.out) == (1, "") and one_sentence(absent.err)
    told = json.loads(run("files", "add", ada, none, "--json").out)
    said = f"No such file or directory: {none}"
    assert told == {"error": {"code": "not_found", "message": said}}
    told = json.loads(run("files", "add", ada, tmp_path, "--json").out)
    assert told["error"] == {"code": "error", "message": f"Is a directory: {tmp_path}"}
    assert run("files", "list", 999999).status == 1


def test_people_are_related_and_no_longer(run: Run, world: World) -> None:
    ada, dov = world.person("Ada Lovelace"), world.person("Dov Katz")
    made = hold(run("relations", "add", ada, "friend", "--to", dov, "--json").out, "relations-add")
    hold(run("relations", "add", ada, "works_for", "--company", "Mill", "--json").out,
         "relations-add")  # fmt: skip
    listed = hold(run("relations", "list", ada, "--json").out, "relations-list")
    assert [one["name"] for one in listed["relations"]] == ["Dov Katz", "Mill"]
    ended = hold(run("relations", "end", made["id"], "--json").out, "relations-end")
    assert ended == {"removed": made["id"]}
    assert run("relations", "end", made["id"]).status == 1
    assert run("relations", "add", ada, "enemy", "--to", dov).status == 2


def test_points_are_given_taken_and_shown(run: Run, world: World) -> None:
    ada = world.person("Ada Lovelace")
    words = ("points", "give", ada, 10, "--reason", "Birthday", "--json")
    assert hold(run(*words).out, "points-give")["balance"] == 10
    assert hold(run("points", "take", ada, 4, "--json").out, "points-take")["balance"] == 6
    shown = hold(run("points", "show", ada, "--json").out, "points-show")
    assert [one["points"] for one in shown["entries"]] == [-4, 10]
    assert "6 points" in run("points", "show", ada).out
    assert run("points", "take", ada, 7).status == 2
    assert run("points", "give", ada, 0).status == 2
    assert run("points", "show", 999999).status == 1


def test_who_looked_is_listed(run: Run, world: World) -> None:
    ada = world.person("Ada Lovelace")
    run("people", "show", ada)
    [look] = hold(run("looks", "--json").out, "looks")["looks"]
    assert (look["face"], look["profile_id"]) == ("cli", ada)
    assert hold(run("looks", "--person", ada, "--json").out, "looks")["looks"] == [look]
    assert hold(run("looks", "--on", "2001-01-01", "--json").out, "looks")["looks"] == []
    assert run("looks", "--person", ada, "--on", "2001-01-01").status == 2
    assert run("looks", "--on", "soon").status == 2


def test_notes_and_tasks_are_written_down_and_listed(run: Run, world: World) -> None:
    ada = world.person("Ada Lovelace")
    note = run("people", "note", ada, "--text", "Likes rye", "--json")
    hold(note.out, "people-note")
    words = ("people", "task", ada, "--what", "Ring up", "--due", "2025-01-02", "--json")
    hold(run(*words).out, "people-task")
    [task] = hold(run("tasks", "--json").out, "tasks")["tasks"]
    assert task["is_overdue"] and task["who"] == "Ada Lovelace"
    assert run("people", "task", ada, "--what", "Ring up", "--due", "soon").status == 2
    page = hold(run("people", "show", ada, "--json").out, "people-show")
    assert page["timeline"][0]["kind"] == "note"


def test_a_person_takes_everything_away_and_may_come_back(
    run: Run, world: World, tmp_path: Path
) -> None:
    ada = world.person("Ada Lovelace")
    out = tmp_path / "ada.zip"
    taken = hold(run("people", "export", ada, "--out", out, "--json").out, "people-export-out")
    assert taken["size_bytes"] == out.stat().st_size
    assert run("people", "export", ada, "--out", tmp_path).status == 2
    hold(run("people", "erase", ada, "--json").out, "people-erase")
    back = run("people", "welcome-back", "adalovelace@example.org", "--json")
    assert hold(back.out, "people-welcome-back")["hashes"] > 0
    assert run("people", "welcome-back", "nobody@example.org").status == 1


def test_the_list_is_taken_away_as_a_spreadsheet(run: Run, tmp_path: Path) -> None:
    for name in ("people.csv", "people.xlsx"):
        hold(run("people", "list", "--out", tmp_path / name, "--json").out, "people-list")
    assert "Ada Lovelace" in (tmp_path / "people.csv").read_text(encoding="utf-8-sig")
    assert run("people", "list", "--out", tmp_path / "people.pdf").status == 2
    both = ("--view", "quiet", "--quiet")
    assert run("people", "list", "--out", tmp_path / "people.csv", *both).status == 2
    assert run("people", "list", "--out", tmp_path / "people.csv", "--view", "none").status != 0
    assert run("people", "list", "--out", tmp_path / "people.csv", "--tag", "none").status == 0
    assert run("people", "list", "--out", tmp_path).status == 2
