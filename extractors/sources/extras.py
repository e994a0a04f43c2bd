"""Import the library of a source, which may not be installed: then one line names the extra."""

import warnings
from importlib import import_module
from typing import Any

from extractors.errors import reason


def library(module: str, extra: str) -> Any:
    """The imported module. Raises ValueError, with the extra to install, where that fails."""
    try:
        with warnings.catch_warnings():  # some set filters for the whole process when they are imported
            warnings.simplefilter("ignore")
            return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        absent = isinstance(error, ModuleNotFoundError) and error.name == package
        why = "is not installed" if absent else f"cannot be imported ({reason(error)})"
        raise ValueError(f"the library {package} {why}: pip install 'benchmark[{extra}]'") from error
