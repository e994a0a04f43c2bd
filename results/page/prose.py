"""Prose with a little markup as HTML; everything else is escaped."""

import re
from collections.abc import Collection

from markupsafe import Markup, escape

_MARK = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>.+?)\*\*"
    r"|\[(?P<words>[^\]\n]+)\]\((?P<target>(?:#|https://)[^\s()]+)\)"
    r"|\bdoi:(?P<doi>10\.\d{4,9}/[^\s,;\]]*[^\s.,;)\]])"
    r"|(?P<url>https://[^\s()\[\]]*[^\s()\[\].,;])"
)


def paragraphs(text: str, sections: Collection[str]) -> Markup:
    """The paragraphs and lists of a text. Raises ValueError for a link to a section that is not there."""
    found = [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]
    return Markup("\n").join(_paragraph(block, sections) for block in found)


def inline(text: str, sections: Collection[str]) -> Markup:
    """One line of prose. Raises ValueError for a link to a section that is not there."""
    html, end = Markup(), 0
    for match in _MARK.finditer(text):
        html += escape(text[end : match.start()]) + _marked(match, sections)
        end = match.end()
    return html + escape(text[end:])


def _paragraph(block: str, sections: Collection[str]) -> Markup:
    lines = block.splitlines()
    if not all(line.startswith("- ") for line in lines):
        return Markup("<p>{}</p>").format(inline(block, sections))
    items = (Markup("<li>{}</li>").format(inline(line[2:], sections)) for line in lines)
    return Markup("<ul>{}</ul>").format(Markup().join(items))


def _marked(match: re.Match[str], sections: Collection[str]) -> Markup:
    code, bold, words, target, doi, url = match.group("code", "bold", "words", "target", "doi", "url")
    if code:
        return Markup("<code>{}</code>").format(code)
    if bold:
        return Markup("<strong>{}</strong>").format(inline(bold, sections))
    if doi:
        return Markup('<a href="https://doi.org/{}">doi:{}</a>').format(doi, doi)
    if url:
        return Markup('<a href="{}">{}</a>').format(url, url)
    if target.startswith("#") and target[1:] not in sections:
        raise ValueError(f"no section '{target[1:]}' to link to; there are {', '.join(sections)}")
    return Markup('<a href="{}">{}</a>').format(target, words)
