"""A table as LaTeX with booktabs rules: shrunk to the page by TeX, rotated or long when needed.

A floating table wider than the line is shrunk by `\\resizebox`; a long table, which cannot be shrunk, uses
small type. The limits were chosen by hand for LaTeX's article class, whose text is 345 x 550 points.
"""

from collections.abc import Iterable, Iterator, Sequence

from results.tables.formatting import Formatted
from results.text import for_latex

_UPRIGHT = 9  # most columns of an upright table; wider ones are rotated by 90 degrees
_BESIDE = 2  # most columns with intervals beside the values; with more, intervals are below them
_LINES = {False: 40, True: 20}  # printed lines that fit one page, upright and turned
_SHRINK = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{"
_NARROW = r"\setlength{\tabcolsep}{4pt}"


def latex_table(
    name: str,
    caption: str,
    titles: Sequence[str],
    aligns: Sequence[str],
    rows: Sequence[Sequence[Formatted]],
    note: str = "",
    sectioned: bool = False,
) -> str:
    """A `table`, `sidewaystable` or `longtable` labelled `tab:NAME`; its first line names the packages."""
    first = 1 if sectioned else 0
    titles, columns = titles[first:], f"{{@{{}}{''.join(aligns[first:])}@{{}}}}"
    turned = len(titles) > _UPRIGHT
    stacked = sum(any(cell.interval for cell in column) for column in zip(*rows, strict=True)) > _BESIDE
    head, body = [r"\toprule", *_head(titles), r"\midrule"], list(_body(rows, sectioned, stacked))
    caption, note, label = for_latex(caption), for_latex(note), rf"\label{{tab:{name}}}"
    if len(body) <= _LINES[turned]:
        environment, package = ("sidewaystable", ", rotating") if turned else ("table", "")
        lines = [
            f"% packages: booktabs, graphicx{package}",
            rf"\begin{{{environment}}}",
            rf"\centering\small{_NARROW}",
            rf"\caption{{{caption}}}{label}\smallskip",
            rf"{_SHRINK}\begin{{tabular}}{columns}",
            *(*head, *body, r"\bottomrule"),
            r"\end{tabular}}",
            *([rf"\par\smallskip\parbox{{\linewidth}}{{\footnotesize {note}}}"] if note else []),
            rf"\end{{{environment}}}",
        ]
    else:  # the note of a longtable is part of its caption
        begin, end, package = (
            (r"\begin{landscape}", r"\end{landscape}", ", pdflscape")
            if turned
            else (r"\begingroup", r"\endgroup", "")
        )
        again = rf"\multicolumn{{{len(titles)}}}{{@{{}}l@{{}}}}{{Table \thetable, continued}} \\"
        lines = [
            f"% packages: booktabs, longtable{package}",
            begin,
            rf"\scriptsize{_NARROW}\setlength{{\LTcapwidth}}{{\linewidth}}",
            rf"\begin{{longtable}}{columns}",
            rf"\caption[{{{caption}}}]{{{' '.join(filter(None, [caption, note]))}}}{label}\\",
            *(*head, r"\endfirsthead", again, *head, r"\endhead", r"\bottomrule", r"\endfoot", *body),
            r"\end{longtable}",
            end,
        ]
    return "\n".join(lines) + "\n"


def _head(titles: Sequence[str]) -> Iterator[str]:
    """The titles on as many lines as the longest has, the last line of each at the bottom."""
    broken = [title.split("\n") for title in titles]
    depth = max(map(len, broken))
    padded = [[""] * (depth - len(lines)) + lines for lines in broken]
    return (_line(map(for_latex, texts)) for texts in zip(*padded, strict=True))


def _body(rows: Sequence[Sequence[Formatted]], sectioned: bool, stacked: bool) -> Iterator[str]:
    section = None
    for row in rows:
        cells = row[1:] if sectioned else row
        if sectioned and row[0].text != section:
            if section is not None:
                yield r"\addlinespace"
            section = row[0].text
            yield rf"\multicolumn{{{len(cells)}}}{{@{{}}l@{{}}}}{{\textit{{{for_latex(section)}}}}} \\*"
        if stacked and any(cell.interval for cell in cells):
            yield _line((_value(cell) for cell in cells), r"\\*[-3pt]")
            yield _line((_beneath(cell.interval) for cell in cells), r"\\[2pt]")
        else:
            yield _line(map(_with_interval, cells))


def _line(texts: Iterable[str], end: str = r"\\") -> str:
    return f"{' & '.join(texts)} {end}"


def _value(cell: Formatted) -> str:
    """The text and its mark, which takes no width, so that numbers stay in line."""
    text = for_latex(cell.text)
    text = rf"\textbf{{{text}}}" if cell.bold and text else text
    return text + (rf"\rlap{{{for_latex(cell.mark)}}}" if cell.mark else "")


def _with_interval(cell: Formatted) -> str:
    """The value, then its interval, with room for a mark between them."""
    return f"{_value(cell)}\\hspace{{0.7em}}{for_latex(cell.interval)}" if cell.interval else _value(cell)


def _beneath(interval: str) -> str:
    return rf"{{\tiny {for_latex(interval)}}}" if interval else ""
