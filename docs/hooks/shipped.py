"""The grids of the repository, as a part of a page."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def anchor(path: str) -> str:
    """The place on the page of a grid by its path, such as grids/literature/001.yaml: literature-001."""
    return path.removeprefix("grids/").removesuffix(".yaml").replace("/", "-")


def shipped_grids() -> str:
    """Each grid under its path, whole: its comments say what it is for."""
    files = sorted((ROOT / "grids").rglob("*.yaml"), key=lambda file: (len(file.parts), file.name))
    paths = [file.relative_to(ROOT).as_posix() for file in files]
    texts = [file.read_text(encoding="utf-8").rstrip() for file in files]
    return "\n\n".join(
        f"## `{path}` {{#{anchor(path)}}}\n\n```yaml\n{text}\n```"
        for path, text in zip(paths, texts, strict=True)
    )
