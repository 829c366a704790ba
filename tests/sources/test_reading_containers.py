from __future__ import annotations

import gzip
import json
import random
import struct
import zipfile
from pathlib import Path

import pytest

from regulars.kernel.errors import UnreadableFile
from regulars.sources.files.reading import BadRow, Limits, Table, open_tables


def zipped(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def cells(table: Table) -> list[list[str]]:
    return [row.cells if isinstance(row, BadRow) else row[1] for row in table.rows()]


def workbook(sheets: dict[str, str]) -> dict[str, bytes | str]:
    """A least .xlsx: sheet names to the XML inside sheetData; style 1 is a date and time."""
    names = enumerate(sheets, 1)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    listed = [(i, name) for i, name in names]
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{i}" r:id="s{i}"/>' for i, name in listed)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="s{i}" Type="{office}/worksheet" Target="worksheets/s{i}.xml"/>'
            for i, _ in listed
        )
        + f'<Relationship Id="y" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',
    }
    for i, name in listed:
        parts[f"xl/worksheets/s{i}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{sheets[name]}</sheetData></worksheet>'
        )
    return parts


def text_row(number: int, *values: str) -> str:
    inline = "".join(
        f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for i, value in enumerate(values)
    )
    return f'<row r="{number}">{inline}</row>'


ORDERS = (
    text_row(1, "Orders of May")
    + text_row(2, "Date", "Item", "Paid", "Amount")
    + '<row r="3"><c r="A3" s="1"><v>46156.5</v></c><c r="B3" t="inlineStr"><is><t>Bun</t></is></c>'
    '<c r="C3" t="b"><v>1</v></c><c r="D3"><v>0.30000000000000004</v></c></row>'
    '<row r="4"><c r="A4" s="1"><v>46157</v></c><c r="B4"><v>123456</v></c>'
    '<c r="D4"><v>-2</v></c></row>'
)


def test_a_workbook_gives_a_table_per_sheet_with_content(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "b.xlsx",
        workbook({"Orders": ORDERS, "Empty": "", "People": text_row(1, "Name", "City")}),
    )
    orders, people = open_tables(path)
    assert [orders.name, people.name] == ["Orders", "People"]
    assert (orders.format, orders.columns) == ("xlsx", ["Date", "Item", "Paid", "Amount"])
    assert list(orders.rows()) == [
        (1, ["2026-05-14 12:00:00", "Bun", "true", "0.3"]),
        (2, ["2026-05-15", "123456", "", "-2"]),
    ]
    assert next(iter(orders.rows(1)))[0] == 2  # type: ignore[index]
    assert orders.progress() == 1.0
    assert orders.fingerprint() != people.fingerprint()


def test_a_workbook_too_large_is_refused_with_advice(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.xlsx", workbook({"Orders": ORDERS}))
    with pytest.raises(UnreadableFile, match="save it as CSV"):
        open_tables(path, limits=Limits(spreadsheet_bytes=500))


def test_a_workbook_that_swells_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.xlsx", workbook({"Orders": ORDERS + " " * 30_000_000}))
    with pytest.raises(UnreadableFile, match="grows too much"):
        open_tables(path)


def test_a_cut_workbook_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.xlsx", workbook({"Orders": ORDERS}))
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(UnreadableFile, match="damaged"):
        open_tables(path)


def test_a_zip_gives_its_tables_and_names_the_rest(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.xlsx", workbook({"People": text_row(1, "Name", "City")}))
    path = zipped(
        tmp_path / "takeout.zip",
        {
            "Takeout/orders.csv": "id,total\nA1,5.00\n",
            "Takeout/reviews.json": json.dumps({"reviews": [{"name": "x", "starRating": "ONE"}]}),
            "Takeout/photo.jpg": b"\xff\xd8\xff",
            "Takeout/empty.csv": "",
            "Takeout/book.xlsx": inner.read_bytes(),
            "__MACOSX/Takeout/._orders.csv": b"\0\1",
        },
    )
    tables = open_tables(path)
    assert [table.name for table in tables] == [
        "Takeout/orders.csv",
        "Takeout/reviews.json",
        "People",
    ]
    assert tables[0].size_bytes == len("id,total\nA1,5.00\n")
    assert cells(tables[0]) == [["A1", "5.00"]]
    assert tables[0].progress() == 1.0
    notes = " ".join(tables[0].notes)
    assert "photo.jpg" in notes
    assert "empty.csv is empty" in notes


@pytest.mark.parametrize("name", ["inner.zip", "inner.csv.gz", "inner.7z"])
def test_an_archive_in_an_archive_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": "a,b\n1,2\n", name: b"PK"})
    with pytest.raises(UnreadableFile, match="another archive"):
        open_tables(path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    content = b"a,b\n" + b"1,2\n" * 2_000_000
    for path in (tmp_path / "a.csv.gz", tmp_path / "lying.csv.gz"):
        path.write_bytes(gzip.compress(content))
    lying = bytearray((tmp_path / "lying.csv.gz").read_bytes())
    lying[-4:] = struct.pack("<I", 100_000)
    (tmp_path / "lying.csv.gz").write_bytes(lying)
    for path in (
        tmp_path / "a.csv.gz",
        tmp_path / "lying.csv.gz",
        zipped(tmp_path / "a.zip", {"a.csv": content}),
    ):
        with pytest.raises(UnreadableFile, match="grows too much"):
            for table in open_tables(path):
                list(table.rows())


def test_the_inflated_limit_holds_while_streaming(tmp_path: Path) -> None:
    noise = random.Random(3)
    lines = [f"{noise.random()},{noise.random()}\n" for _ in range(60_000)]
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(("a,b\n" + "".join(lines)).encode()))
    limits = Limits(inflated_bytes=1_500_000, head_bytes=10_000)
    with pytest.raises(UnreadableFile, match="grows too much"):
        for table in open_tables(path, limits=limits):
            list(table.rows())


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": "a,b\n1,2\n"})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="password"):
        open_tables(path)


def test_rows_before_a_break_are_given(tmp_path: Path) -> None:
    noise = random.Random(5)
    text = "id,noise\n" + "".join(f"{i},{noise.random()}\n" for i in range(50_000))
    whole = gzip.compress(text.encode())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    rows = []
    with pytest.raises(UnreadableFile, match="damaged or cut short"):
        for row in open_tables(path)[0].rows():
            rows.append(row)
    assert 10_000 < len(rows) < 40_000
    assert isinstance(rows[-1], BadRow)
    assert not any(isinstance(row, BadRow) for row in rows[:-1])


def test_a_zip_member_with_a_wrong_checksum_ends_in_an_error(tmp_path: Path) -> None:
    text = "id,noise\n" + "".join(f"{i},x{i}\n" for i in range(200_000))
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", text)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"150000,x150000", b"150000,x150001", 1))
    (table,) = open_tables(path)
    with pytest.raises(UnreadableFile, match="damaged"):
        list(table.rows())


def test_json_shapes(tmp_path: Path) -> None:
    one = {"id": "A1", "total": 1.10, "paid": True, "who": {"mail": "a@b.c", "tel": None}}
    two = {"id": "A2", "late": 5, "lines": [{"sku": "x", "qty": 1.5}]}
    expected = [
        ["A1", "1.10", "true", "a@b.c", "", "", ""],
        ["A2", "", "", "", "", "5", '[{"sku": "x", "qty": 1.5}]'],
    ]
    texts = [json.dumps(record).replace("1.1,", "1.10,") for record in (one, two)]
    documents = {
        "list.json": f"[{texts[0]},\n{texts[1]}]",
        "object.json": f'{{"orders": [{texts[0]}, {texts[1]}], "next": null}}',
        "lines.jsonl": "\n".join(texts) + "\n",
        "lines.json": "\n\n".join(texts),
    }
    for name, text in documents.items():
        path = tmp_path / name
        path.write_text(text)
        (table,) = open_tables(path)
        assert table.columns == ["id", "total", "paid", "who.mail", "who.tel", "late", "lines"]
        assert cells(table) == expected, name
        assert [row[0] for row in table.rows(1)] == [2]  # type: ignore[index]
        assert table.progress() == 1.0


def test_json_values_across_chunks(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    records = [{"n": i, "text": "é" * (i % 700)} for i in range(3_000)]
    path.write_text(json.dumps({"reviews": records}, ensure_ascii=False), encoding="utf-16")
    (table,) = open_tables(path)
    assert cells(table) == [[str(record["n"]), str(record["text"])] for record in records]


def test_broken_json_keeps_what_can_be_read(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"a": 1}\n{"a": 2,,}\n{"a": 3}\n')
    assert [type(row) for row in open_tables(lines)[0].rows()] == [tuple, BadRow, tuple]
    cut = tmp_path / "a.json"
    cut.write_text('{"orders": [{"a": 1}, {"a": 2}, {"a": ')
    rows = list(open_tables(cut)[0].rows())
    assert rows[:2] == [(1, ["1"]), (2, ["2"])]
    assert isinstance(rows[2], BadRow)


def test_two_lists_are_two_tables_and_one_object_is_a_row(tmp_path: Path) -> None:
    both = tmp_path / "both.json"
    both.write_text('{"orders": [{"a": 1}], "shop": "x", "people": [{"b": 2}, {"b": 3}]}')
    orders, people = open_tables(both)
    assert (orders.name, cells(orders)) == ("both.json: orders", [["1"]])
    assert cells(people) == [["2"], ["3"]]
    assert "shop" in orders.notes[0]
    single = tmp_path / "single.json"
    single.write_text('{"a": 1, "b": {"c": [1, 2]}}')
    assert cells(open_tables(single)[0]) == [["1", "[1, 2]"]]
