"""Names that some reader takes as syntax, and a reader of LaTeX that is stricter than TeX."""

import re

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@x",
    "-left",
    '=HYPERLINK("http://x","y")',
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
]
NASTY = [
    *FORMULAS,
    "KNEE (L)",
    "hand & wrist",
    "l-spine (ap/lat.)",
    "50% dose_#1",
    "[/x]",
    "[bold]x[/bold]",
    "vit[cls]",
    r"$\frac{$",
    "$x$",
    r"\$x\$",
    "_hidden",
    "a|b",
    "x" * 300,
    "two\nlines",
    "bell\a\x1b[31mred\x00",
    "\u202eright to left",
    "\u200bzero width",
    "ידיים",
    "手 😀 👩\u200d⚕️",
    "half \ud800",
    "</script><script>alert(1)</script>",
    "<!--",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt;",
    "../../x",
    "CON",
    "a/b",
    "a\\b",
    "Knee",
    "knee",
    "???",
    "[x](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "%s %(x)s {0}",
    ":warning:",
    "``` ~~~ --- ===",
    r"\input{/etc/passwd}\write18{x}",
    "''quoted'' ``so''",
    "NULL",
    "nan",
    "1e5",
]
# What our own texts may use: commands with braces, escaped signs and the few symbols in mathematics.
_COMMANDS = "textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textendash|textemdash"
_ALLOWED = re.compile(
    rf"\\(?:{_COMMANDS}){{}}|\\`{{}}|\\[_%&#${{}}]|\$(?:-|\\[a-z]+|\^{{[^{{}}$]*}})\$|{{}}"
    r"|[^\\{}$&#%_^~\x00-\x1f\x7f]"
)


def latex_faults(text: str) -> list[str]:
    """The signs of a text for LaTeX that are active there, in order."""
    faults, at = [], 0
    while at < len(text):
        found = _ALLOWED.match(text, at)
        if found is None:
            faults.append(text[at : at + 10])
        at = found.end() if found else at + 1
    return faults
