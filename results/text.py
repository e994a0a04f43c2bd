"""Text that users typed (body parts, labels, ids, paths), as each destination shows it: a function for each.

No sign of such a text is taken as syntax, none vanishes, and what cannot be seen (control characters, marks
that turn the direction of writing) is written as its code, `U+202E`.
"""

import re
import unicodedata
import zlib
from functools import cache

from markupsafe import Markup, escape

DAGGER, DOUBLE_DAGGER, MINUS, UNDEFINED_MARK = "†", "‡", "−", "–"
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\`{}",
    MINUS: "$-$",
    UNDEFINED_MARK: r"\textendash{}",
    "—": r"\textemdash{}",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "→": r"$\rightarrow$",
    "’": "'",
    "⁹": "$^{9}$",
    "²": "$^{2}$",
    DAGGER: r"$^{\dagger}$",
    DOUBLE_DAGGER: r"$^{\ddagger}$",
} | {sign: f"\\{sign}" for sign in "_%&#${}"}
_LETTERS = frozenset(chr(code) for code in range(0xC0, 0x100)) - frozenset("ÐðÞþ÷")  # without fontenc
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&~|$]|!(?=\[)")
_BLOCK = re.compile(r"^(\d{0,9})([-+#=.)])")  # a list, a heading or a line under one
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode categories that show nothing
_JOINERS = "\u200c\u200d"  # without these, Persian words and many emoji fall apart
# Also after `;`, which divides the cells of a CSV where the comma is the decimal sign.
_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_LONGEST_FILE_NAME = 60  # characters; names have a start and an ending too, and file systems take 255 bytes
_LONGEST_IN_FIGURE = 60  # characters that fit beside a panel; chosen by hand


def visible(text: str) -> str:
    """Text on one line: white space is one space, and each sign that shows nothing is its code `U+XXXX`."""
    return _coded(" ".join(text.split()))


def for_html(text: str) -> Markup:
    """Text for an element or a quoted attribute of HTML; lines stay lines, for verbatim text."""
    return escape(for_terminal(text))


def for_latex(text: str) -> str:
    """Text for pdfLaTeX; letters outside Western European become codes such as `U+0416`."""
    printed = "".join(map(_latex_sign, visible(text)))
    printed = re.sub(r"([-'])(?=\1)", r"\1{}", printed)  # else two of them become one dash or quote
    return "{}" + printed if printed[:1] in ("[", "*") else printed  # else an argument of the \\ before it


def for_markdown(text: str) -> str:
    """Text for Markdown: a paragraph, a list or a cell of a table."""
    return _BLOCK.sub(r"\1\\\2", markdown_cell(text))


def markdown_cell(text: str) -> str:
    """Text for Markdown that never begins a line, such as a table's cell: `-0.5` stays as it is."""
    return _MARKDOWN.sub(r"\\\g<0>", visible(text))


def for_csv(text: str) -> str:
    """Text for a cell of CSV: an apostrophe stands before what spreadsheets take as a formula.

    As OWASP advises (CSV injection).
    """
    return _FORMULA.sub(r"\1'", _coded(text))


def for_matplotlib(text: str, most: int = _LONGEST_IN_FIGURE) -> str:
    """Text for a figure in the style of `results.figures.style`, which takes no `$` as mathematics.

    Signs that the font lacks become codes. What is longer than `most` is cut; a check sum keeps names apart.
    """
    known = _glyphs()
    shown = "".join(sign if ord(sign) in known else _code(sign) for sign in visible(text))
    shown = _cut(shown, text, most)
    return f" {shown}" if shown.startswith("_") else shown  # legends leave out what begins with it


def for_terminal(text: str) -> str:
    """Text for rich's `Text`, a line or a message: no escape sequence gets through; lines stay lines."""
    return "\n".join(map(_coded, text.replace("\t", " ").split("\n")))


def for_file_name(text: str) -> str:
    """A name as part of a file name, a LaTeX label or a page address: `XR_ELBOW (left)` is xr-elbow-left.

    Letters are those of ASCII in lower case: `é` is e, `手` is u624b. A long name is cut, and one without
    letters is a check sum. Two names may give one part: see `results.labels.distinct`.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(map(_ascii_sign, plain)))
    return _cut("-".join(words), text, _LONGEST_FILE_NAME, between="-") or _check_sum(text)


def _coded(text: str) -> str:
    return text if text.isprintable() and text.isascii() else "".join(map(_code_if_hidden, text))


def _code_if_hidden(sign: str) -> str:
    hidden = unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS
    return _code(sign) if hidden else sign


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def _latex_sign(sign: str) -> str:
    if sign in _LATEX:
        return _LATEX[sign]
    return sign if " " <= sign <= "~" or sign in _LETTERS else _code(sign)


def _ascii_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    if unicodedata.combining(sign):
        return ""
    return f"u{ord(sign):04x}" if sign.isalnum() else " "


def _cut(shown: str, text: str, most: int, between: str = "… ") -> str:
    """The first signs of a long text and the check sum of all of it."""
    if len(shown) <= most:
        return shown
    ending = between + _check_sum(text)
    return shown[: most - len(ending)] + ending


def _check_sum(text: str) -> str:
    return f"{zlib.crc32(text.encode(errors='surrogatepass')):08x}"


@cache
def _glyphs() -> frozenset[int]:
    """The code points that the font of the figures has."""
    from matplotlib.font_manager import findfont, get_font  # slow to import

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
