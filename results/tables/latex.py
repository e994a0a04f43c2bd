"""A table as LaTeX that fits an article's page: smaller, intervals beneath values, or turned where wide."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from results.tables.formatting import Cell
from results.tables.markup import latex_text

_WIDTH = {False: 345.0, True: 550.0}  # points: the text of LaTeX's article, upright and turned
_LINES = {False: 40, True: 20}  # printed lines of a table on one page
_POINTS = {"small": 9.25, "footnotesize": 8.5, "scriptsize": 8.0, "tiny": 6.8}  # small type is cut wider
_BENEATH = {"small": "scriptsize", "footnotesize": "scriptsize", "scriptsize": "tiny", "tiny": "tiny"}
_GAP = 8  # points between columns
_MARK = 0.5  # ems of a mark before an interval
_MARK_BOX = f"makebox[{_MARK}em][l]"
_SCALED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"  # smaller only if too wide


class _Layout(NamedTuple):
    turned: bool
    stacked: bool  # intervals stand beneath their values
    size: str
    room: float = 1.0  # times the page: what `_SCALED` then shrinks


_SIZES = ("small", "footnotesize", "scriptsize")
_SHRUNK = _Layout(False, True, "footnotesize", 4 / 3)  # down to 6 points
_UPRIGHT = [_Layout(False, stacked, size) for stacked in (False, True) for size in _SIZES]
_TURNED = [_Layout(True, stacked, size) for stacked in (False, True) for size in _SIZES]
_LAYOUTS = [*_UPRIGHT, _SHRUNK, *_TURNED, _Layout(True, True, "tiny")]


class _Parts(NamedTuple):
    """What a table and a long table are both made of."""

    layout: _Layout
    columns: str
    head: list[str]
    body: list[str]
    caption: str
    label: str
    note: str


def latex_table(
    name: str,
    caption: str,
    titles: Sequence[str],
    aligns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    note: str = "",
    sectioned: bool = False,
) -> str:
    """A table with `\\label{tab:NAME}`; a comment at its top names the packages that it needs."""
    first = 1 if sectioned else 0
    shown = [row[first:] for row in rows]
    layout, body = next(_fitting(titles[first:], rows, shown, sectioned))
    parts = _Parts(
        layout,
        f"@{{}}{''.join(aligns[first:])}@{{}}",
        _head(titles[first:]),
        body,
        latex_text(caption),
        f"\\label{{tab:{name}}}",
        latex_text(note),
    )
    return "\n".join(_long(parts) if _is_long(layout, body) else _floating(parts)) + "\n"


def _fitting(
    titles: Sequence[str], rows: Sequence[Sequence[Cell]], shown: Sequence[Sequence[Cell]], sectioned: bool
) -> Iterator[tuple[_Layout, list[str]]]:
    """The layouts in which the table fits its page, then the smallest; each with the lines of the table."""
    for layout in _LAYOUTS:
        body = list(_body(rows, layout, sectioned))
        shrunk = layout.room > 1 and _is_long(layout, body)  # a long table cannot be
        if not shrunk and _width(titles, shown, layout) <= layout.room * _WIDTH[layout.turned]:
            yield layout, body
    yield _LAYOUTS[-1], list(_body(rows, _LAYOUTS[-1], sectioned))


def _is_long(layout: _Layout, body: Sequence[str]) -> bool:
    return len(body) > _LINES[layout.turned]


def _floating(parts: _Parts) -> list[str]:
    packages = "booktabs, graphicx" + (", rotating" if parts.layout.turned else "")
    environment = "sidewaystable" if parts.layout.turned else "table"
    note = f"  \\par\\smallskip\\parbox{{\\linewidth}}{{\\footnotesize {parts.note}}}"
    return [
        f"% packages: {packages}",
        f"\\begin{{{environment}}}",
        f"  \\centering{_settings(parts.layout)}",
        f"  \\caption{{{parts.caption}}}{parts.label}",
        "  \\smallskip",
        f"  {_SCALED}",
        f"  \\begin{{tabular}}{{{parts.columns}}}",
        *_indented(["\\toprule", *parts.head, "\\midrule", *parts.body, "\\bottomrule"]),
        "  \\end{tabular}}",
        *([note] if parts.note else []),
        f"\\end{{{environment}}}",
    ]


def _long(parts: _Parts) -> list[str]:
    """Over several pages, its note in the caption of the first."""
    upright, turned = (r"\begingroup", r"\endgroup"), (r"\begin{landscape}", r"\end{landscape}")
    begin, end = turned if parts.layout.turned else upright
    head = ["\\toprule", *parts.head, "\\midrule"]
    across = parts.head[0].count(" & ") + 1
    again = f"\\multicolumn{{{across}}}{{@{{}}l@{{}}}}{{Table \\thetable, continued}} \\\\"
    caption = " ".join(filter(None, [parts.caption, parts.note]))
    return [
        f"% packages: booktabs, longtable{', pdflscape' if parts.layout.turned else ''}",
        begin,
        _settings(parts.layout) + r"\setlength{\LTcapwidth}{\linewidth}",
        f"\\begin{{longtable}}{{{parts.columns}}}",
        f"  \\caption[{{{parts.caption}}}]{{{caption}}}{parts.label}\\\\",
        *_indented(
            [*head, "\\endfirsthead", again, *head, "\\endhead", "\\bottomrule", "\\endfoot", *parts.body]
        ),
        "\\end{longtable}",
        end,
    ]


def _settings(layout: _Layout) -> str:
    return f"\\{layout.size}\\setlength{{\\tabcolsep}}{{{_GAP // 2}pt}}"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _head(titles: Sequence[str]) -> list[str]:
    """The titles on as many lines as the longest has, the last line of each at the bottom."""
    broken = [title.split("\n") for title in titles]
    depth = max(map(len, broken))
    padded = [[""] * (depth - len(lines)) + lines for lines in broken]
    return [" & ".join(latex_text(lines[i]) for lines in padded) + r" \\" for i in range(depth)]


def _body(rows: Sequence[Sequence[Cell]], layout: _Layout, sectioned: bool) -> Iterator[str]:
    section, room = None, _room_for_marks(rows)
    for row in rows:
        cells = row[1:] if sectioned else row
        if sectioned and row[0].text != section:
            if section is not None:
                yield r"\addlinespace"
            section = row[0].text
            yield f"\\multicolumn{{{len(cells)}}}{{@{{}}l@{{}}}}{{\\textit{{{latex_text(section)}}}}} \\\\*"
        yield from _row(cells, layout, room)


def _room_for_marks(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether marks stand between values and intervals: then each such cell keeps a place for one."""
    return any(cell.mark and cell.interval for row in rows for cell in row)


def _row(cells: Sequence[Cell], layout: _Layout, room: bool) -> Iterator[str]:
    intervals = [latex_text(cell.interval).removeprefix("{}") for cell in cells]
    if layout.stacked and any(intervals):
        values = [_value(cell, "rlap") for cell in cells]
        beneath = [f"{{\\{_BENEATH[layout.size]} {text}}}" if text else "" for text in intervals]
        yield " & ".join(values) + r" \\*[-3pt]"
        yield " & ".join(beneath) + r" \\[2pt]"
    else:
        boxes = [_MARK_BOX if room and interval else "rlap" for interval in intervals]
        values = [_value(cell, box) for cell, box in zip(cells, boxes, strict=True)]
        pairs = zip(values, intervals, strict=True)
        yield " & ".join(" ".join(filter(None, pair)) for pair in pairs) + r" \\"


def _value(cell: Cell, box: str) -> str:
    """The text and its mark, in a box of fixed width so that numbers stay in line."""
    text = latex_text(cell.text)
    text = f"\\textbf{{{text}}}" if cell.bold and text else text
    return f"{text}\\{box}{{{latex_text(cell.mark)}}}" if cell.mark or box == _MARK_BOX else text


def _width(titles: Sequence[str], rows: Sequence[Sequence[Cell]], layout: _Layout) -> float:
    """About how wide the table is, in points."""
    size, small = _POINTS[layout.size], _POINTS[_BENEATH[layout.size]]
    between = 0.33 + _MARK * _room_for_marks(rows)
    total = 0.0
    for i, title in enumerate(titles):
        widths = [_ems(line) * size for line in title.split("\n")]
        for row in rows:
            value, interval = _ems(row[i].text) * (1.15 if row[i].bold else 1), _ems(row[i].interval)
            beside = (value + interval + (between if interval else 0)) * size
            widths.append(max(value * size, interval * small) if layout.stacked else beside)
        total += max(widths)
    return total + _GAP * (len(titles) - 1)


def _ems(text: str) -> float:
    """About the width of a text in Computer Modern, in ems of its size."""
    return sum(_em(sign) for sign in text)


def _em(sign: str) -> float:
    if sign in "()[],.:;|!'’ijlt f":
        return 0.33
    return 0.78 if sign in "−+<mwMW%·" or sign.isupper() else 0.5
