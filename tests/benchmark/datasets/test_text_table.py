import os
from pathlib import Path

import pytest

from benchmark.datasets import text_table
from benchmark.datasets.text_table import read_table
from benchmark.errors import UserError

TEXT = "path,name\né.png,Müller\nb.png,x\n"
ROWS = [["path", "name"], ["é.png", "Müller"], ["b.png", "x"]]


def known(fields: list[str]) -> int:
    return len({"path", "name"} & set(fields))


def write(folder: Path, content: bytes | str) -> Path:
    path = folder / "m.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("codec", "notes"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ("encoding UTF-16",)),
        ("utf-32", ("encoding UTF-32",)),
        ("cp1252", ("encoding Windows-1252",)),
    ],
)
def test_encodings_are_read_and_said(tmp_path: Path, codec: str, notes: tuple[str, ...]) -> None:
    table = read_table(write(tmp_path, TEXT.encode(codec)), known)
    assert (list(table.lines.values()), table.notes) == (ROWS, notes)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_read_and_said(tmp_path: Path, delimiter: str, end: str) -> None:
    table = read_table(write(tmp_path, TEXT.replace(",", delimiter).replace("\n", end)), known)
    assert list(table.lines.values()) == ROWS
    assert [note.startswith("fields separated by") for note in table.notes] == [True]


def test_excels_line_that_names_the_delimiter_is_obeyed_and_lines_are_counted_with_it(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "sep=;\r\n" + TEXT.replace(",", ";")), known)
    assert table.lines == dict(zip([2, 3, 4], ROWS, strict=True))


def test_blank_lines_and_empty_fields_behind_the_last_column_do_not_count(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "\npath,name,,\n , \n\na,b,,,\nc,d\n"), known)
    assert table.lines == {2: ["path", "name"], 5: ["a", "b"], 6: ["c", "d"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path,name\na,b\nc\n", ":3: 1 fields, but the header has 2"),
        ("path,name\na,b,c\n", ":2: 3 fields, but the header has 2"),
        ("path,name\na,b\x00c\n", ":2: cannot be read as CSV: control or invisible character U+0000"),
        ("path,name\na,b\u202ec\n", ":2: cannot be read as CSV: control or invisible character U+202E"),
        ("path,name\na,b\tc\n", ":2: 'b': a line break or a tab inside a field"),
        ('path,name\na,"b\nc"\n', ":3: 'b': a line break or a tab inside a field"),
        ('path,name\na,"b\nc,d\n', "is a quotation mark missing"),
        ('path,name\na,"b"c\n', ":2: cannot be read as CSV: "),
        ("path,name\na," + 2000 * "b" + "\n", "has 2,000 characters; shorten it"),
        ("path" + 2000 * "," + "\n", ":1: more than 1,000 fields in a line"),
        (b"path,name\na,\x81\n", ":2: cannot be read as CSV: neither UTF-8, UTF-16 nor Windows-1252"),
        (b"\xff\xfea", "neither UTF-8"),
        (b"PK\x03\x04rest", "a ZIP archive or an Excel workbook"),
        ("path,name\n".encode("utf-16-le"), "save the file as CSV in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_the_place(
    tmp_path: Path, content: bytes | str, message: str
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(UserError) as error:
        read_table(path, known)
    assert str(error.value).startswith(f"{path}:")
    assert message in str(error.value)
    assert str(error.value).isprintable()


def test_a_fifo_a_folder_and_a_device_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.csv")
    for path, what in (
        (tmp_path / "fifo.csv", "a FIFO"),
        (tmp_path, "a folder"),
        (Path("/dev/zero"), "a device"),
    ):
        with pytest.raises(UserError, match=f"it is {what}, not a file"):
            read_table(path, known)


def test_a_file_too_large_and_a_name_too_long_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="File name too long"):
        read_table(tmp_path / ("a" * 300), known)
    monkeypatch.setattr(text_table, "MAX_BYTES", 10)
    with pytest.raises(UserError, match="are read as CSV; keep the needed columns"):
        read_table(write(tmp_path, TEXT), known)


@pytest.mark.parametrize("limit", ["MAX_ROWS", "MAX_FIELDS"])
def test_a_file_of_very_many_rows_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = write(tmp_path, "path,name\n" + "a,b\n" * 20)
    monkeypatch.setattr(text_table, limit, 10)
    with pytest.raises(UserError, match="keep the needed columns and rows only"):
        read_table(path, known)
