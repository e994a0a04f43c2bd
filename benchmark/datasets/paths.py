"""Resolve the paths in a grid file: expand environment variables, start at the folder of the file."""

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError


def resolve_path(text: str, folder: Path | None) -> Path:
    """Return the absolute path of a text that may hold `${NAME}` or `${NAME:-default}`.

    A relative path starts at `folder`.

    Raises PydanticCustomError for a variable that is not set and has no default, and for what cannot be a
    path.
    """

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        value = os.environ.get(name) or default
        if value is None:
            raise PydanticCustomError(
                "unset", f"the environment variable {name} is not set; set it, or write ${{{name}:-default}}"
            )
        return value

    filled = re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}", fill, text)
    try:
        path = ((folder or Path()) / Path(filled).expanduser()).resolve()
        path.is_file()  # asks the system, which refuses names that are too long
    except (OSError, RuntimeError, ValueError) as error:  # in this order: too long, no such user, a NUL
        problem = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise PydanticCustomError(
            "no_path", f"'{{text}}' cannot be a path: {problem}", {"text": text}
        ) from None
    return path


def _from_grid(value: Any, info: ValidationInfo) -> Any:
    return resolve_path(value, info.context) if isinstance(value, str) else value


# The validation context is the folder of the grid file.
GridPath = Annotated[Path, BeforeValidator(_from_grid)]
