"""Read a text table as people have it: its encoding, its delimiter, its rows with their line numbers."""

import codecs
import csv
import io
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import UserError, reason

MAX_BYTES = 64 * 1024**2  # with MAX_FIELDS, parsed rows stay below 1 GiB
MAX_FIELD = 1000  # characters of one field
MAX_COLUMNS = 1000
MAX_ROWS = 1_000_000
MAX_FIELDS = 6_000_000  # of all rows
_DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'"}
_BYTE_ORDER_MARKS = (  # UTF-32 first, since its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8-sig", ""),  # no note: UTF-8 is what is expected
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# control characters, and invisible ones with which two texts look the same or are shown in another order
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_SEPARATOR_LINE = re.compile(r"sep=([,;|\t])\r?\n", re.IGNORECASE)  # the first line of some of Excel's files


@dataclass(frozen=True)
class TextTable:
    """Records as lists of stripped fields by the number of their (last) line, and what was taken for what."""

    lines: dict[int, list[str]]
    notes: tuple[str, ...]


def read_table(path: Path, fits: Callable[[list[str]], int]) -> TextTable:
    """Read a table whose fields are separated by commas, semicolons, tabs or bars.

    The encoding is UTF-8, UTF-16 or UTF-32 with a byte order mark, or Windows-1252. `fits` tells how many of
    the fields of the first record, read with one delimiter, are known; the delimiter with the most wins, and
    of several the one that gives most fields. Blank lines are left out, and so are empty fields behind the
    last column. Raises FileNotFoundError, and UserError with file and line for what is no such table.
    """
    text, encoding = decoded(path)
    lead = _SEPARATOR_LINE.match(text)
    if lead:
        text, delimiter = text[lead.end() :], lead[1]
    else:
        delimiter = _delimiter(path, text, fits)
    lines = _records(path, text, delimiter, first=2 if lead else 1)
    separated = "" if delimiter == "," else f"fields separated by {_DELIMITERS[delimiter]}"
    notes = (f"encoding {encoding}" if encoding else "", separated)
    return TextTable(lines, tuple(note for note in notes if note))


def decoded(path: Path, what: str = "CSV") -> tuple[str, str]:
    """The text of a file, and the name of its encoding (empty for UTF-8).

    Raises FileNotFoundError, and UserError for a file that is no text, is not a regular file or is too large.
    """
    content = _content(path, what)
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _checked(path, _decode(path, content, codec, what), what), name
    try:
        return _checked(path, content.decode("utf-8"), what), ""
    except UnicodeDecodeError:
        return _checked(path, _decode(path, content, "cp1252", what), what), "Windows-1252"


def _content(path: Path, what: str) -> bytes:
    """The bytes of a regular file; a FIFO or a device, which may have no end, is not opened."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UserError(
                f"{path}: cannot be read as {what}: it is {kind_of_file(found.st_mode)}, not a file"
            )
        if found.st_size > MAX_BYTES:
            raise UserError(
                f"{path}: {found.st_size / 1024**2:,.0f} MiB, more than the {MAX_BYTES // 1024**2} MiB that "
                f"are read as {what}; keep the needed columns and rows only"
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UserError(f"{path}: cannot be read as {what}: {reason(error)}") from None
    if content.startswith(b"PK\x03\x04"):
        raise UserError(
            f"{path}: cannot be read as {what}: it is a ZIP archive or an Excel workbook; unpack it, or "
            f"save it as {what}"
        )
    return content


def kind_of_file(mode: int) -> str:
    """What a file's mode says it is, in words."""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "no regular file")


def _decode(path: Path, content: bytes, codec: str, what: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path}:{line}: cannot be read as {what}: neither UTF-8, UTF-16 nor Windows-1252; save it "
            "as UTF-8"
        ) from None


def _checked(path: Path, text: str, what: str) -> str:
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise UserError(
            f"{path}:{line}: cannot be read as {what}: control or invisible character U+{ord(found[0]):04X}; "
            f"remove it, or save the file as {what} in UTF-8"
        )
    return text


def _delimiter(path: Path, text: str, fits: Callable[[list[str]], int]) -> str:
    """The delimiter with which most fields of the first record are known or, equally many, there."""
    start = text.lstrip("\r\n \t")[: MAX_FIELD * 100]
    known: dict[str, tuple[int, int]] = {}
    for delimiter in _DELIMITERS:
        try:
            first = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
        except csv.Error:
            first = []
        known[delimiter] = fits([field.strip() for field in first]), len(first)
    return max(known, key=lambda delimiter: known[delimiter])


def _records(path: Path, text: str, delimiter: str, first: int) -> dict[int, list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: dict[int, list[str]] = {}
    seen = 0
    try:
        for record in reader:
            fields = [field.strip() for field in record]
            line = reader.line_num + first - 1
            seen += len(fields)
            if len(fields) > MAX_COLUMNS or seen > MAX_FIELDS or len(found) > MAX_ROWS:
                raise UserError(
                    f"{path}:{line}: more than {MAX_COLUMNS:,} fields in a line, {MAX_FIELDS:,} in all, or "
                    f"{MAX_ROWS:,} rows; keep the needed columns and rows only"
                )
            if any(fields):
                found[line] = _refuse_odd_fields(path, line, fields)
    except csv.Error as error:
        line = reader.line_num + first - 1
        raise UserError(
            f"{path}:{line}: cannot be read as CSV: {error}; is a quotation mark missing or one too many?"
        ) from None
    return _as_wide_as_header(path, found)


def _refuse_odd_fields(path: Path, line: int, fields: list[str]) -> list[str]:
    whole = "".join(fields)
    if len(whole) <= MAX_FIELD and whole.isprintable():
        return fields  # quickly
    for field in fields:
        if len(field) > MAX_FIELD:
            raise UserError(
                f"{path}:{line}: '{field[:40]}...' has {len(field):,} characters; shorten it to {MAX_FIELD:,}"
            )
        if any(blank in field for blank in "\n\r\t"):
            before = re.split(r"[\r\n\t]", field)[0]
            raise UserError(
                f"{path}:{line}: '{before[:40]}': a line break or a tab inside a field; remove it"
            )
    return fields


def _as_wide_as_header(path: Path, lines: dict[int, list[str]]) -> dict[int, list[str]]:
    """All records as wide as the first; empty fields behind its last name are left out."""
    header = next(iter(lines.values()), [])
    width = len(header)
    while width and not header[width - 1]:
        width -= 1
    for line, row in lines.items():
        if len(row) < width or any(row[width:]):
            raise UserError(f"{path}:{line}: {len(row)} fields, but the header has {width}")
    return {line: row[:width] for line, row in lines.items()}
