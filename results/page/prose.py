"""Convert Markdown to HTML: paragraphs, lists, `code`, **bold** and links; HTML stays text."""

from collections.abc import Collection

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_UNUSED = ("image", "html_block", "html_inline", "heading", "lheading", "hr", "code", "fence", "blockquote")


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802, the library's name
        """Whether a link target is allowed: a section of the page, or an https address."""
        return url.startswith(("#", "https://"))


_MARKDOWN = _Markdown("commonmark", {"html": False}).disable([*_UNUSED, "reference"])


def paragraphs(text: str, sections: Collection[str]) -> Markup:
    """The paragraphs and lists of a text. Raises ValueError for a link to a section that is not there."""
    tokens = _MARKDOWN.parse(text)
    return _html(tokens, sections)


def inline(text: str, sections: Collection[str]) -> Markup:
    """One line of prose. Raises ValueError for a link to a section that is not there."""
    return _html(_MARKDOWN.parseInline(text), sections)


def _html(tokens: list[Token], sections: Collection[str]) -> Markup:
    for token in tokens:
        for child in token.children or ():
            target = str(child.attrGet("href") or "")
            if target.startswith("#") and target[1:] not in sections:
                raise ValueError(f"no section '{target[1:]}' to link to; there are {', '.join(sections)}")
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}).strip())
