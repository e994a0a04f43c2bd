"""Every table is LaTeX that pdflatex takes, fits its page and can be read there."""

import re
import shutil
import subprocess

import pytest

from results.tables.formatting import Formatted
from results.tables.latex import latex_table
from tests.results.tables.conftest import every_table

SHRUNK = 1.5  # times at most that TeX shrinks a table of 9 points to fit the line: to 6 points
OVER = 5.0  # points that a line may stick out: the caption with an unbreakable name
PACKAGES = ("booktabs", "graphicx", "rotating", "longtable", "pdflscape")
# every table's natural width and what it is given, into the log
MEASURED = r"""
\newsavebox\measured\let\resized\resizebox
\renewcommand\resizebox[3]{\sbox\measured{#3}\typeout{WIDTH \the\wd\measured\space OF \the\linewidth}\resized{#1}{#2}{#3}}
"""


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Runs pdflatex on a document of these tables; gives the PDF and the log."""
    pdflatex = shutil.which("pdflatex")
    if pdflatex is None:
        pytest.skip("needs pdflatex, which is not on this machine (Debian: texlive-latex-extra)")

    def run(tables):
        folder = tmp_path_factory.mktemp("latex")
        body = "\n\\clearpage\n".join(table.latex() for table in tables)
        head = "\\documentclass{article}\n" + "".join(f"\\usepackage{{{name}}}" for name in PACKAGES)
        document = f"{head}{MEASURED}\\begin{{document}}\n{body}\n\\end{{document}}\n"
        (folder / "tables.tex").write_text(document, encoding="utf-8")
        command = [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
        for _ in range(2):  # the second run knows the widths of long tables
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
            assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
        return folder / "tables.pdf", done.stdout.decode(errors="replace")

    return run


@pytest.fixture(scope="session")
def usual(compiled):
    """A document of every table with the usual names."""
    return compiled(every_table())


def test_pdflatex_takes_every_table_whatever_the_names(compiled, tables):
    pdf, log = compiled(tables)
    assert pdf.stat().st_size > 10_000
    assert not [
        float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(points) > OVER
    ]
    assert "multiply defined" not in log


def test_every_table_fits_its_page(usual):
    _, log = usual
    assert "Overfull" not in log
    assert "Float too large" not in log


def test_no_table_is_shrunk_beyond_reading(usual):
    widths = [tuple(map(float, found)) for found in re.findall(r"WIDTH ([\d.]+)pt OF ([\d.]+)pt", usual[1])]
    assert len(widths) == sum("begin{tabular}" in table.latex() for table in every_table())
    assert all(natural <= SHRUNK * given for natural, given in widths), widths
    assert any(natural > given for natural, given in widths), "nothing here needs to be shrunk"


def test_what_is_printed_is_what_the_table_says(usual):
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        pytest.skip("needs pdftotext, which is not on this machine (Debian: poppler-utils)")
    done = subprocess.run([pdftotext, str(usual[0]), "-"], capture_output=True, check=True)
    text = " ".join(done.stdout.decode().replace("-\n", "-").split())
    assert "U+" not in text, "a sign without its LaTeX"
    assert "continued" in text
    for table in every_table():
        assert table.caption[:24] in text, table.name


def a_table(rows, titles=("method", "value"), **how):
    return latex_table("x", "Said.", titles, ["l"] + ["r"] * (len(titles) - 1), rows, **how)


def test_a_small_table_floats_with_booktabs_rules_caption_label_and_note():
    text = a_table([[Formatted("a_b"), Formatted("0.5", bold=True)]], note="100 % said.")
    assert text.startswith("% packages: booktabs, graphicx\n\\begin{table}")
    for part in ("\\toprule", "\\midrule", "\\bottomrule", "\\caption{Said.}\\label{tab:x}", "100 \\% said."):
        assert text.count(part) == 1
    assert "a\\_b & \\textbf{0.5} \\\\" in text


def test_an_empty_bold_cell_is_empty():
    assert "a &  \\\\" in a_table([[Formatted("a"), Formatted("", bold=True)]])


def test_the_first_column_of_a_sectioned_table_is_a_heading_over_its_rows():
    rows = [
        [Formatted("one"), Formatted("a"), Formatted("1")],
        [Formatted("one"), Formatted("b"), Formatted("2")],
        [Formatted("two"), Formatted("a"), Formatted("3")],
    ]
    text = a_table(rows, ("section", "method", "value"), sectioned=True)
    assert text.count("\\textit{one}") == text.count("\\textit{two}") == 1
    assert text.count("\\addlinespace") == 1
    assert "section" not in text
    assert "{@{}rr@{}}" in text


def test_a_long_table_goes_over_pages_and_repeats_its_titles():
    text = a_table([[Formatted(str(i)), Formatted("0.5")] for i in range(60)], note="Noted.")
    assert "\\begin{longtable}" in text
    assert text.count("method & value") == 2
    assert "\\caption[{Said.}]{Said. Noted.}\\label{tab:x}" in text
    assert "Table \\thetable, continued" in text


def test_three_intervals_stand_beneath_their_values_and_ten_columns_are_turned():
    def wide(columns):
        row = [Formatted("a"), *[Formatted("0.812", "[0.801, 0.823]")] * columns]
        return a_table([row], ["m", *map(str, range(columns))])

    assert "0.812\\hspace{0.7em}{}[0.801, 0.823]" in wide(2)
    assert "0.812 & 0.812 & 0.812 \\\\*[-3pt]" in wide(3)
    assert "{\\tiny {}[0.801, 0.823]} \\\\[2pt]" in wide(3)
    assert "begin{table}" in wide(8)
    assert "begin{sidewaystable}" in wide(9)


def test_a_long_wide_table_is_turned_page_by_page():
    text = a_table([[Formatted(str(i))] * 10 for i in range(30)], list(map(str, range(10))))
    assert text.startswith("% packages: booktabs, longtable, pdflscape\n\\begin{landscape}")
    assert text.endswith("\\end{longtable}\n\\end{landscape}\n")


def test_a_mark_stands_clear_of_the_interval_and_numbers_stay_in_line():
    rows = [
        [Formatted("a"), Formatted("0.8", "[0.7, 0.9]", mark="†")],
        [Formatted("b"), Formatted("0.7", "[0.6, 0.8]")],
    ]
    text = a_table(rows)
    assert "0.8\\rlap{$^{\\dagger}$}\\hspace{0.7em}{}[0.7, 0.9]" in text
    assert "0.7\\hspace{0.7em}{}[0.6, 0.8]" in text
    alone = a_table([[Formatted("a"), Formatted("0.8", mark="†")], [Formatted("b"), Formatted("0.7")]])
    assert "0.8\\rlap{$^{\\dagger}$} " in alone
