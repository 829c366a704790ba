from __future__ import annotations

import csv
import gzip
import io
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kernel.errors import UnreadableFile, WrongUse
from regulars.sources.files.reading import BadRow, Limits, Table, open_tables

Write = Callable[[str, bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


def only(path: Path, **limits: int) -> Table:
    (table,) = open_tables(path, limits=Limits(**limits))
    return table


def good(table: Table) -> list[list[str]]:
    rows = list(table.rows())
    assert not [row for row in rows if isinstance(row, BadRow)]
    return [row[1] for row in rows if not isinstance(row, BadRow)]


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
CELL = st.text(st.sampled_from("abcXYZ 019.,;\t|\"'\n=+-@éñü€£ß"), min_size=0, max_size=12).map(
    str.strip
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(("\n", "\r\n")),
    cells=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8),
)
def test_what_csv_writes_is_read_back(
    tmp_path: Path,
    encoding: str,
    delimiter: str,
    ending: str,
    cells: list[tuple[str, str, str]],
) -> None:
    # Sound rows above the random ones, as a real file has, tell the delimiter and the encoding.
    sure = [("Café Zoë", f"2026-05-{day:02d}", "naïve £5") for day in range(1, 21)]
    rows = sure + [row for row in cells if any(row)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending)
    writer.writerows([("Nämé", "Placed on", "Note"), *rows])
    path = tmp_path / "export.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    table = only(path)
    assert table.columns == ["Nämé", "Placed on", "Note"]
    assert table.delimiter == delimiter
    assert good(table) == [list(row) for row in rows]


def test_online_retail_has_every_line(shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("the real data is not here")
    (path,) = (shared_data / "online_retail").glob("*.csv.gz")
    table = only(path)
    last = 0
    for row in table.rows():
        assert not isinstance(row, BadRow)
        last = row[0]
    assert last == 541_909
    assert table.progress() == 1.0
    assert table.columns[0] == "InvoiceNo"


def test_every_header_line_of_the_shared_exports_opens(shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("the real data is not here")
    for path in sorted((shared_data / "exports").rglob("*.csv")):
        table = only(path)
        assert table.has_header, path.name
        assert len(table.columns) > 2, path.name


def test_rows_can_be_read_again_and_from_the_middle(write: Write) -> None:
    table = only(write("a.csv", "Name,Qty\n" + "".join(f"n{i},{i}\n" for i in range(1, 6))))
    assert table.progress() == 0.0
    assert list(table.rows(3)) == [(4, ["n4", "4"]), (5, ["n5", "5"])]
    assert len(list(table.rows())) == 5
    assert list(table.rows(9)) == []


def test_excel_names_its_separator(write: Write) -> None:
    table = only(write("a.csv", "sep=;\nName;Price\nA, B, C;1,50\n"))
    assert (table.delimiter, table.columns) == (";", ["Name", "Price"])
    assert good(table) == [["A, B, C", "1,50"]]


def test_decimal_commas_do_not_part_columns(write: Write) -> None:
    rows = "".join(f"{i},50;{i},10;2,00;3,25\n" for i in range(20))
    assert only(write("a.csv", "a;b;c;d\n" + rows)).delimiter == ";"


def test_titles_above_the_header_are_passed_over(write: Write) -> None:
    content = (
        'Sales report\n"Period: May, 2026"\n\nDate,Item,Qty,Price\n'
        "2026-05-01,Bun,1,2.50\n2026-05-02,Bun,1,2.50\n"
    )
    table = only(write("a.csv", content))
    assert table.columns == ["Date", "Item", "Qty", "Price"]
    assert "Sales report" in table.notes[0]
    assert [row[0] for row in good(table)] == ["2026-05-01", "2026-05-02"]


def test_a_file_without_header_has_numbered_columns(write: Write) -> None:
    table = only(write("a.csv", "536365,2010-12-01,2.55\n536366,2010-12-01,3.39\n"))
    assert (table.has_header, table.columns) == (False, ["column_1", "column_2", "column_3"])
    assert len(good(table)) == 2
    assert "no header" in table.notes[0]


def test_years_above_figures_are_names(write: Write) -> None:
    table = only(write("a.csv", "Item,2024,2025\nBun,1250,1300\nRoll,900,905\n"))
    assert table.columns == ["Item", "2024", "2025"]


def test_equal_and_empty_names_are_made_unique(write: Write) -> None:
    table = only(write("a.csv", "Name,Name,,Name.2,\nA,B,C,D,\n"))
    assert table.columns == ["Name", "Name.3", "column_3", "Name.2"]
    assert len(table.notes) == 2
    assert good(table) == [["A", "B", "C", "D"]]


def test_ragged_rows(write: Write) -> None:
    table = only(write("a.csv", "a,b,c\n1,2\n1,2,3,,\n1,2,3,4\n,,\n\n7,8,9\n"))
    assert list(table.rows()) == [
        (1, ["1", "2", ""]),
        (2, ["1", "2", "3"]),
        BadRow(3, ["1", "2", "3", "4"], "This row has 4 cells where the header has 3."),
        (4, ["7", "8", "9"]),
    ]


def test_old_macintosh_line_ends(write: Write) -> None:
    assert good(only(write("a.csv", "a,b\rx,y\rz,w\r"))) == [["x", "y"], ["z", "w"]]


def test_a_formula_is_text(write: Write) -> None:
    assert good(only(write("a.csv", 'a,b\n"=1+1",@x\n'))) == [["=1+1", "@x"]]


def test_a_last_row_cut_short_is_set_aside(write: Write) -> None:
    rows = list(only(write("a.csv", "a,b,c\n1,x,3\n4,y,6\n7,z")).rows())
    assert rows[:2] == [(1, ["1", "x", "3"]), (2, ["4", "y", "6"])]
    assert rows[2] == BadRow(3, ["7", "z"], "The file breaks off in this row.")


def test_a_quote_left_open_takes_one_row_only(write: Write) -> None:
    lines = [f"{i},item {i},5" for i in range(1, 101)]
    lines[39] = '40,"item 40,5'
    rows = list(only(write("a.csv", "id,name,qty\n" + "\n".join(lines) + "\n")).rows())
    assert [row for row in rows if isinstance(row, BadRow)] == [
        BadRow(40, ["40", "item 40", "5"], "A quotation mark opened in this row is never closed.")
    ]
    assert [row[0] for row in rows if not isinstance(row, BadRow)] == [
        i for i in range(1, 101) if i != 40
    ]


def test_a_file_cut_inside_a_quoted_cell(write: Write) -> None:
    *before, last = only(write("a.csv", 'a,b\n1,x\n2,"long\ntext that sto')).rows()
    assert before == [(1, ["1", "x"])]
    assert isinstance(last, BadRow)
    assert last.cells == ["2", "long\ntext that sto"]


def test_a_cell_beyond_the_limit_is_set_aside(write: Write) -> None:
    huge = "x" * 150_000
    path = write("a.csv", "a,b\n1,x\n2," + huge + "\n3,y\n")
    first, bad, last = only(path, cell_chars=100_000).rows()
    assert (first, last) == ((1, ["1", "x"]), (3, ["3", "y"]))
    assert isinstance(bad, BadRow)
    assert "100,000 characters" in bad.reason


def test_a_line_without_end_is_refused_before_memory_is_gone(write: Write) -> None:
    table = only(write("a.csv", "a,b\n1,x\n" + "y" * 900_000), cell_chars=100_000)
    with pytest.raises(UnreadableFile, match="line of over"):
        list(table.rows())


def test_bytes_of_another_encoding_spoil_their_row_only(write: Write) -> None:
    content = "name,qty\n" + "Café Zoë,1\n" * 50
    rows = list(only(write("a.csv", content.encode() + b"Caf\xe9,2\nok,3\n")).rows())
    assert isinstance(rows[50], BadRow)
    assert "utf-8" in rows[50].reason
    assert rows[50].cells == ["Caf\ufffd", "2"]
    assert rows[51] == (52, ["ok", "3"])


def test_windows_letters_late_in_a_long_file(write: Write) -> None:
    content = b"name,qty\n" + b"plain,1\n" * 2_000 + b"Caf\xe9,2\n"
    table = only(write("a.csv", content), head_bytes=1_000)
    assert table.encoding == "cp1252"
    assert good(table)[-1] == ["Café", "2"]


def test_nul_bytes_spoil_their_row_only(write: Write) -> None:
    rows = list(only(write("a.csv", b"a,b\n1,x\n2,\0y\n3,z\n")).rows())
    assert [type(row) for row in rows] == [tuple, BadRow, tuple]


def test_memory_stays_flat(write: Write) -> None:
    line = "536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0\n"
    names = "a,b,c,d,e,f,g\n"
    peaks = []
    for count in (40_000, 160_000):
        table = only(write(f"{count}.csv.gz", gzip.compress((names + line * count).encode(), 6)),
                     inflated_ratio=2_000)  # fmt: skip
        tracemalloc.start()
        assert sum(1 for _ in table.rows()) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
    assert peaks[1] < 8 * 2**20


def test_fingerprints_tell_contents_apart(write: Write) -> None:
    a = only(write("a.csv", "a,b\n1,2\n")).fingerprint()
    assert a == only(write("b.csv", "a,b\n1,2\n")).fingerprint()
    assert a != only(write("c.csv", "a,b\n1,3\n")).fingerprint()
    noise = random.Random(1).randbytes(3_000).hex()
    packed = [gzip.compress(f"a,b\n{noise},{tail}\n".encode(), mtime=0) for tail in "23"]
    marks = {only(write(f"{i}.csv.gz", content)).fingerprint() for i, content in enumerate(packed)}
    assert len(marks) == 2


def test_a_missing_file_and_a_folder_are_wrong_use(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(WrongUse):
            open_tables(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n\n  \n", "empty"),
        ("a.csv", b"\xef\xbb\xbf", "empty"),
        ("a.csv", b"\xff\xfe", "empty"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "empty"),
        ("a.csv", b"%PDF-1.7 \x00\x01", "a PDF"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture"),
        ("a.csv", random.Random(7).randbytes(5_000), "not text"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        ("a.json", b"[1, 2, 3]", "no list of objects"),
        ("a.json", b"{broken", "no list of objects"),
        ("a.zip", b"PK\x03\x04 cut", "damaged or cut-off"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged or protected"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    write: Write, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(UnreadableFile, match=said):
        open_tables(write(name, content))


def test_columns_set_apart_by_blanks(tmp_path):
    path = tmp_path / "blanks.txt"
    path.write_text(
        " id  day count  paid\n 00001 19970101  1   11.77\n 00002 19970112  5   77.00\n"
    )
    [table] = open_tables(path)
    assert table.columns == ["id", "day", "count", "paid"]
    assert list(table.rows()) == [
        (1, ["00001", "19970101", "1", "11.77"]),
        (2, ["00002", "19970112", "5", "77.00"]),
    ]


def test_prose_is_no_table(tmp_path):
    path = tmp_path / "prose.txt"
    path.write_text("We met on the third\nand spoke of nothing\nmuch at all that day\n")
    with pytest.raises(UnreadableFile):
        open_tables(path)
