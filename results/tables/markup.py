"""Escape text for LaTeX and Markdown."""

import re

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
_MARKDOWN = re.compile(r"[\\`*_|<>~$]")


def latex_text(text: str) -> str:
    """Escaped text for pdfLaTeX; letters outside Western European become codes such as `U+0416`."""
    printed = "".join(_latex_sign(sign) for sign in " ".join(text.split()))
    printed = re.sub("-(?=-)", "-{}", printed)  # else two hyphens become one dash
    return "{}" + printed if printed[:1] in ("[", "*") else printed  # else an argument of the \\ before it


def _latex_sign(sign: str) -> str:
    if sign in _LATEX:
        return _LATEX[sign]
    return sign if " " <= sign <= "~" or sign in _LETTERS else f"U+{ord(sign):04X}"


def markdown_text(text: str) -> str:
    """Escaped text for a cell of a Markdown table."""
    return _MARKDOWN.sub(lambda found: "\\" + found[0], " ".join(text.split()))
