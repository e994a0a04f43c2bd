"""Where on docs/results.md the section of a grid stands: between two comments, which readers do not see."""

import re


def with_section(page: str, grid: str, text: str) -> str:
    """The page with this text as a grid's section. Raises ValueError where the page has no place for it."""
    begin, end = (f"<!-- make results writes this section: {grid}, {word} -->" for word in ("begin", "end"))
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if len(place.findall(page)) != 1:
        raise ValueError(f"the page must hold once, in this order: {begin} and {end}")
    return place.sub(lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", page)
