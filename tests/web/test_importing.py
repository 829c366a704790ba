from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.kernel import clock

HEAD = "Receipt,Sold at,Email,What,How many,Each"
SALES = [
    "1,2025-03-01 09:00,ada@example.org,Loaf,1,2.50",
    "2,2025-03-02 09:00,bo@example.org,Bun,2,1.20",
    "3,someday,ada@example.org,Bun,1,1.20",
    "4,2025-03-04 09:00,ada@example.org,Loaf,1,2.50",
    "4,2025-03-04 09:00,ada@example.org,Loaf,1,2.50",
]


def file(name: str = "till.csv", lines: list[str] = SALES, head: str = HEAD) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, "\n".join([head, *lines, ""]).encode())


def hand_in(client: Any, *files: Any) -> Any:
    return client.post("/sources/new", {"files": list(files)})


def chosen(page: Any) -> dict[str, str]:
    """What the form on the page would send."""
    form = page.context["form"]
    fields = {f"c{one.place}": one.field for one in form.columns}
    return {"kind": form.kind, **fields}


@pytest.fixture
def landed(owner: Any, work: Callable[[], int]) -> Any:
    """The till's file, landed; the page of its import."""
    reading = hand_in(owner, file())["Location"]
    begun = owner.post(reading, {**chosen(owner.get(reading)), "do": "import"})
    work()
    return owner.get(begun["Location"])


def test_a_file_is_shown_as_it_would_be_read(owner: Any) -> None:
    answered = hand_in(owner, file())
    page = owner.get(answered["Location"])
    fields = {one.name: one.field for one in page.context["form"].columns}
    assert fields["Receipt"] == "order_id"
    assert fields["Sold at"] == "date"
    assert fields["Email"] == "email"
    text = page.content.decode()
    assert "1 Mar 2025, 09:00" in text
    assert "We have not seen this kind of file" in text


def test_a_choice_changes_what_cells_become(owner: Any) -> None:
    reading = hand_in(owner, file())["Location"]
    given = chosen(owner.get(reading))
    page = owner.post(reading, {**given, "c3": "", "c4": "quantity", "do": "look"})
    fields = {one.name: one.field for one in page.context["form"].columns}
    assert fields["What"] == ""
    part = owner.post(reading, {**given, "c3": "category"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert {one.name: one.field for one in part.context["form"].columns}["What"] == "category"


def test_a_sample_shows_what_landing_makes_of_it(owner: Any) -> None:
    lines = ["1.0,2025-03-01 09:00,17850.0,Loaf,1,£2.50"]
    head = "Order No,Date,Customer ID,Item,Qty,Price"
    page = owner.get(hand_in(owner, file("retail.csv", lines, head))["Location"])
    samples = {one.name: one.samples for one in page.context["form"].columns}
    assert samples["Customer ID"] == (("17850.0", "17850"),)
    assert samples["Order No"] == (("1.0", "1"),)
    assert samples["Price"] == (("£2.50", "2.50"),)


def test_a_missing_column_is_named_and_stops_the_import(owner: Any) -> None:
    from regulars.sources.models import Import

    reading = hand_in(owner, file())["Location"]
    page = owner.post(reading, {**chosen(owner.get(reading)), "c1": "", "do": "look"})
    assert "No column says this yet" in page.content.decode()
    assert page.context["form"].missing == ("Date",)
    assert not Import.objects.exists()


def test_a_column_named_by_hand_leaves_no_remark_that_it_was_not_found(
    owner: Any, work: Callable[[], int]
) -> None:
    head = "Receipt,Stamp,Email,What,How many,Each"
    lines = ["1,some day,ada@example.org,Loaf,1,2.50", "2,2025-03-02,bo@example.org,Bun,2,1.20"]
    reading = hand_in(owner, file("stamped.csv", lines, head))["Location"]
    page = owner.get(reading)
    assert page.context["form"].missing == ("Date",)
    assert "No column was found" not in page.content.decode()
    given = {**chosen(page), "c1": "date"}
    assert "No column" not in owner.post(reading, {**given, "do": "look"}).content.decode()
    begun = owner.post(reading, {**given, "do": "import"})["Location"]
    work()
    page = owner.get(begun)
    assert (page.context["run"].landed, page.context["run"].notes) == (1, [])
    owner.post(f"{begun}/undo", {"why": "once more"})
    assert "No column" not in owner.get(begun).content.decode()


def test_an_empty_list_says_which_people_are_not_there(landed: Any, owner: Any) -> None:
    quiet = owner.get("/people?quiet=1").content.decode()
    assert "Nobody has gone quiet" in quiet and "Nobody here yet" not in quiet
    lost = owner.get("/people?segment=cant_lose").content.decode()
    assert "Nobody is in this segment" in lost and "Nobody here yet" not in lost
    past = owner.get("/people?after=x").content.decode()
    assert "Nobody here yet" not in past


def test_a_file_handed_in_again_waits_once(owner: Any) -> None:
    first = hand_in(owner, file())["Location"]
    again = hand_in(owner, file("same.csv"))
    assert again["Location"] == first
    assert "till.csv was handed in before; it waits once." in owner.get(first).content.decode()
    assert len(owner.get("/sources/new").context["waiting"]) == 1
    hand_in(owner, file("other.csv", SALES[:2]))
    page = owner.get("/sources/new")
    assert len(page.context["waiting"]) == 2
    assert "Import all that we recognise" not in page.content.decode()


def test_a_mail_and_a_header_without_rows_are_answered_and_not_kept(owner: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    mail = SimpleUploadedFile(
        "o.eml", b"Subject: A, b\nFrom: a@b.example\nTo: c@d.example\n\nHi,\n"
    )
    hand_in(owner, mail, file("bare.csv", []))
    page = owner.get("/sources/new")
    assert "o.eml is a mail, not a table" in page.content.decode()
    assert "bare.csv has a header and no rows below it" in page.content.decode()
    assert page.context["waiting"] == []


def test_counting_writes_nothing(owner: Any) -> None:
    from regulars.sources.models import Import, Order

    reading = hand_in(owner, file())["Location"]
    part = owner.post(f"{reading}/counts", chosen(owner.get(reading)))
    counts = part.context["counts"]
    assert (counts["rows_read"], counts["landed"], counts["quarantined"]) == (5, 4, 1)
    assert "someday" in part.content.decode()
    assert not Import.objects.exists()
    assert not Order.objects.exists()


def test_a_file_lands_in_the_background(owner: Any, work: Callable[[], int]) -> None:
    reading = hand_in(owner, file())["Location"]
    begun = owner.post(reading, {**chosen(owner.get(reading)), "do": "import"})
    busy = owner.get(begun["Location"])
    assert busy.context["state"] == "waiting"
    assert "<progress" in busy.content.decode()
    assert 'http-equiv="refresh"' in busy.content.decode()
    polled = owner.get(begun["Location"], headers={"HX-Request": "true"})
    assert "<html" not in polled.content.decode()
    work()
    assert owner.get(begun["Location"], headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = owner.get(begun["Location"])
    run = page.context["run"]
    assert page.context["state"] == "finished"
    assert (run.position, run.landed, run.unchanged, run.quarantined) == (5, 4, 0, 1)
    assert run.position == run.landed + run.unchanged + run.quarantined
    assert owner.get("/").status_code == 200


def test_the_mapping_is_remembered(owner: Any, landed: Any) -> None:
    reading = hand_in(owner, file("next.csv", ["9,2025-04-01 09:00,bo@example.org,Bun,1,1.20"]))
    page = owner.get(reading["Location"])
    assert "Read as you confirmed before" in page.content.decode()


def test_a_held_row_is_mended_where_it_stands(owner: Any, landed: Any) -> None:
    run = landed.context["run"]
    (row,) = landed.context["rows"]
    address = f"/sources/{run.pk}/rows/{row.pk}"
    form = owner.get(address)
    cells = {f"cell{place}": cell for place, (_, cell) in enumerate(form.context["cells"])}
    place = list(row.cells).index("Sold at")
    still = owner.post(address, {**cells, f"cell{place}": "noday"})
    assert "still cannot land" in still.content.decode()
    mended = owner.post(address, {**cells, f"cell{place}": "2025-03-03 09:00"})
    assert mended["Location"] == f"/sources/{run.pk}"
    after = owner.get(mended["Location"]).context["run"]
    assert (after.landed, after.quarantined) == (5, 0)


def test_held_rows_are_set_aside_by_reason(owner: Any, landed: Any) -> None:
    run = landed.context["run"]
    (group,) = landed.context["groups"]
    owner.post(f"/sources/{run.pk}/discard", {"reason": group["reason"]})
    assert owner.get(f"/sources/{run.pk}").context["groups"] == []


def test_repeated_lines_are_decided_in_one_go(owner: Any, landed: Any) -> None:
    from regulars.sources.models import RepeatExclusion

    run = landed.context["run"]
    assert run.repeated == 1
    owner.post(f"/sources/{run.pk}/repeats", {"count": "once"})
    assert RepeatExclusion.objects.filter(of_import=run).exists()
    owner.post(f"/sources/{run.pk}/repeats", {"count": "each"})
    assert not RepeatExclusion.objects.filter(of_import=run).exists()


def test_an_import_is_undone_after_a_question(
    owner: Any, landed: Any, work: Callable[[], int]
) -> None:
    run = landed.context["run"]
    asked = owner.get(f"/sources/{run.pk}/undo").content.decode()
    assert "no longer count" in asked
    owner.post(f"/sources/{run.pk}/undo", {"why": "wrong till"})
    work()
    page = owner.get(f"/sources/{run.pk}")
    assert page.context["state"] == "undone"
    assert "wrong till" in page.content.decode()
    again = owner.post(f"/sources/{run.pk}/undo")
    assert again.status_code == 422


def test_several_files_wait_for_a_yes(owner: Any, work: Callable[[], int]) -> None:
    known = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME"
    answered = hand_in(owner, file(), file("audience.csv", ["a@example.org,A,B,2,,,"], known))
    assert answered["Location"] == "/sources/new"
    waiting = owner.get("/sources/new").context["waiting"]
    assert {one.upload.path.name for one in waiting} == {"till.csv", "audience.csv"}
    (token,) = (one.upload.token for one in waiting if one.upload.path.name == "till.csv")
    owner.post(f"/sources/new/{token}/discard")
    assert len(owner.get("/sources/new").context["waiting"]) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
        ("cut.zip", b"PK\x03\x04 and no more"),
        ("bomb.csv.gz", gzip.compress(b"a,b\n" + b"0" * 60_000_000, mtime=0)),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(
    name: str, content: bytes, owner: Any, bakery: Path
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    answered = hand_in(owner, SimpleUploadedFile(name, content))
    page = owner.get(answered["Location"]).content.decode()
    assert "Nothing of it was kept" in page and page.count(name) == 1
    assert list((bakery / "imports").iterdir()) == []


def test_each_table_of_an_archive_is_asked_about(owner: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("till.csv", "\n".join([HEAD, *SALES]))
        archive.writestr("people.csv", "email,name\nada@example.org,Ada\n")
    answered = hand_in(owner, SimpleUploadedFile("both.zip", packed.getvalue()))
    assert answered["Location"] == "/sources/new"
    assert len(owner.get("/sources/new").context["waiting"]) == 2


@pytest.mark.parametrize("most_here", [1_000_000, 10])
def test_one_table_of_several_is_counted_as_it_was_changed(
    most_here: int, owner: Any, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from regulars.web.screens import uploading

    monkeypatch.setattr(uploading, "_COUNTED_HERE_BYTES", most_here)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.csv", "email,name\nada@example.org,Ada\n")
        archive.writestr("till.csv", "\n".join([HEAD, *SALES]))
    hand_in(owner, SimpleUploadedFile("both.zip", packed.getvalue()))
    waiting = owner.get("/sources/new").context["waiting"]
    (till,) = (one for one in waiting if one.candidate.table.name == "till.csv")
    reading = f"/sources/new/{till.upload.token}/{till.place}"
    given = {**chosen(owner.get(reading)), "c3": "category"}
    owner.post(f"{reading}/counts", given)
    work()
    counts = owner.post(f"{reading}/counts", given).context["counts"]
    assert (counts["rows_read"], counts["quarantined"]) == (5, 1)


def test_a_file_s_name_stays_inside_its_folder(owner: Any, bakery: Path) -> None:
    hand_in(owner, file("../../secret\x07.csv"))
    (kept,) = (bakery / "imports").glob("*/*")
    assert kept.parent.parent == bakery / "imports"
    assert "/" not in kept.name


def test_a_copy_goes_when_nothing_needs_it_any_more(
    owner: Any, landed: Any, bakery: Path, work: Callable[[], int]
) -> None:
    assert list((bakery / "imports").iterdir()), "a row waits that needs its file"
    owner.post(f"/sources/{landed.context['run'].pk}/discard")
    owner.post(f"/sources/{landed.context['run'].pk}/repeats", {"count": "once"})
    work()
    assert list((bakery / "imports").iterdir()) == []


def test_an_import_that_was_cut_off_goes_on(owner: Any, work: Callable[[], int]) -> None:
    from regulars.jobs.models import Job

    reading = hand_in(owner, file())["Location"]
    begun = owner.post(reading, {**chosen(owner.get(reading)), "do": "import"})
    Job.objects.all().delete()
    assert owner.get(begun["Location"]).context["state"] == "stopped"
    owner.post(begun["Location"] + "/resume")
    work()
    assert owner.get(begun["Location"]).context["state"] == "finished"


def test_a_form_without_its_token_is_refused(bakery: Path) -> None:
    from django.test import Client

    from regulars.accounts.models import Member

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(
        Member.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    refused = strict.post("/sources/new", {"files": [file()]})
    assert refused.status_code == 403
    assert "out of date" in refused.content.decode()
    assert not (bakery / "imports").exists() or list((bakery / "imports").iterdir()) == []


def test_a_large_file_is_counted_in_the_background(
    owner: Any, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.web.screens import uploading

    monkeypatch.setattr(uploading, "_COUNTED_HERE_BYTES", 10)
    reading = hand_in(owner, file())["Location"]
    given = chosen(owner.get(reading))
    assert owner.post(f"{reading}/counts", given).context["counts"]["is_busy"]
    work()
    assert owner.post(f"{reading}/counts", given).context["counts"]["rows_read"] == 5
    page = owner.post(reading, {**given, "do": "count"})
    assert page.context["counts"]["landed"] == 4


def test_an_archive_is_one_entry_that_opens_to_its_tables(
    owner: Any, bakery: Path, work: Callable[[], int]
) -> None:
    from regulars.accounts import actors
    from regulars.sources import imports

    archive, plain = bakery / "tills.zip", bakery / "till.csv"
    for archived in (SALES, SALES[:3]):
        with zipfile.ZipFile(archive, "w") as made:
            for number in range(3):
                text = "\n".join([HEAD, *archived, ""]).replace("2025-03", f"2025-0{number + 1}")
                made.writestr(f"till-{number}.csv", text)
        imports.import_file(actors.owner("cli"), archive, is_confirmed=True)
    plain.write_text("\n".join([HEAD, *SALES, ""]))
    imports.import_file(actors.owner("cli"), plain, is_confirmed=True)
    page = owner.get("/sources")
    listed = page.context["handed_in"]
    assert [(one["file_name"], len(one["parts"])) for one in listed] == [
        ("till.csv", 1), ("tills.zip", 3), ("tills.zip", 3),
    ]  # fmt: skip
    assert [one["rows"] for one in listed] == [5, 9, 15]
    assert page.content.decode().count("3 tables in it") == 2
    owner.post(f"/sources/{listed[1]['first'].pk}/undo")
    again = owner.get("/sources").context["handed_in"][1]
    assert again["state"] == "finished" and again["parts"][0][1] == "undone"
    work()
    # Two of the three held only what the first had told.
    lines = owner.get("/").context["today"]["changes"]["lines"]
    assert {"1 file was imported.", "2 files brought nothing new."} <= set(lines)


def test_what_will_not_show_is_said_before_and_after(
    owner: Any, work: Callable[[], int], bakery: Path
) -> None:
    head = "Order,Date,Full name,Email,Item,Quantity,Price,Currency"
    ahead = clock.now().date() + timedelta(days=200)
    lines = [
        "1,2025-03-01,李小龙,,Loaf,1,2.50,GBP",
        "2,2025-03-01,محمد علي,,Loaf,1,2.50,GBP",
        "3,2025-03-02,Ada,ada@example.org,Loaf,1,2.50,",
        "4,2025-03-02,Ada,ada@example.org,Loaf,1,2.50,EUR",
        "4,2025-03-02,Ada,,Bun,1,2.50,EUR",
        f"5,{ahead},,ada@example.org,Loaf,1,2.50,GBP",
        f"5,{ahead},,ada@example.org,Bun,1,2.50,GBP",
    ]
    said = [
        "2 rows have a name and no e-mail",
        "1 order is dated in the future",
        "2 rows are in EUR; figures in GBP leave them out",
        "1 row names no currency; it is read as GBP",
    ]
    reading = hand_in(owner, file("odd.csv", lines, head))["Location"]
    given = chosen(owner.get(reading))
    before = owner.post(f"{reading}/counts", given).content.decode()
    begun = owner.post(reading, {**given, "do": "import"})["Location"]
    work()
    after = owner.get(begun)
    assert after.context["run"].landed == 7
    for sentence in said:
        assert sentence in before and sentence in after.content.decode()
    # A file of which nothing is to be said says nothing.
    plain = hand_in(owner, file())["Location"]
    counted = owner.post(f"{plain}/counts", chosen(owner.get(plain)))
    assert counted.context["counts"]["remarks"] == []


def test_a_customer_told_again_with_another_address_is_known_by_both(
    owner: Any, work: Callable[[], int]
) -> None:
    from regulars.profiles import search

    def bring(row: str) -> str:
        people = file("people.csv", [row], "Customer ID,Name,Email,Phone")
        reading = hand_in(owner, people)["Location"]
        begun = owner.post(reading, {**chosen(owner.get(reading)), "do": "import"})["Location"]
        work()
        return str(begun)

    bring("C1,Ada Lovelace,ada@old.test,")
    again = bring("C1,Ada Lovelace,ada@new.test,+44 113 496 0001")
    known = search.find("ada@old.test")[0].profile_id
    for text in ("ada@new.test", "4960001"):
        assert [one.profile_id for one in search.find(text)] == [known], text
    assert "ada@new.test" in owner.get(f"/people/{known}").content.decode()
    owner.post(f"{again}/undo", {"why": "the wrong file"})
    work()
    assert search.find("ada@new.test") == [] and search.find("ada@old.test")
