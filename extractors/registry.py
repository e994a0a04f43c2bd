"""Registries: the project's own entries, and those that installed packages add by entry points."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, TypeVar


class Named(Protocol):
    """An entry of a registry: any object with a name."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True)
class _Lazy:
    """A function that is imported at its first call. Two with the same target are equal."""

    target: str

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        module, _, function = self.target.partition(":")
        return getattr(import_module(module), function)(*arguments, **keywords)


def lazy(target: str) -> Callable[..., Any]:
    """The function `module:function`, imported at its first call, so that importing a registry is fast.

    It can be pickled. Raises ValueError for a target of another form; a module or function that does not
    exist raises ImportError or AttributeError at the call.
    """
    module, _, function = target.partition(":")
    if not (module and function.isidentifier()):
        raise ValueError(f"'{target}' is not of the form module:function")
    return _Lazy(target)


def with_entry_points(group: str, own: Iterable[T]) -> dict[str, T]:
    """The own entries by name, in their order, then those of the installed entry points of a group.

    An entry point loads one object of the own entries' class; its `name` is its key. Raises ValueError,
    with the entry point and its package, when it cannot be imported, loads an object of another class, or
    has a name that is taken.
    """
    entries = {entry.name: entry for entry in own}
    kind = type(next(iter(entries.values())))
    for point in entry_points(group=group):
        entry = _loaded(point, kind)
        if entry.name in entries:
            raise ValueError(f"{_described(point)}: the name '{entry.name}' is taken; choose another name")
        entries[entry.name] = entry
    return entries


def _loaded(point: EntryPoint, kind: type[T]) -> T:
    try:
        entry = point.load()
    except Exception as error:  # another package's module may raise anything at its import
        raise ValueError(
            f"{_described(point)} cannot be imported ({type(error).__name__}: {error}); "
            "repair or uninstall the package"
        ) from error
    if not isinstance(entry, kind):
        raise ValueError(
            f"{_described(point)} must load a {kind.__module__}.{kind.__qualname__}, "
            f"not an object of class {type(entry).__name__}"
        )
    return entry


def _described(point: EntryPoint) -> str:
    package = point.dist.name if point.dist else "unknown"
    return f"entry point '{point.name} = {point.value}' (group {point.group}, package {package})"
