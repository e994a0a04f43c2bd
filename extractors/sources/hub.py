"""Files of the Hugging Face hub: from its local cache, or downloaded; offline or gated in one line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import huggingface_hub
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from extractors.errors import WeightsUnavailableError, reason
from extractors.sources.connection import is_reachable
from extractors.sources.origin import Origin


@contextmanager
def offline_without_connection() -> Iterator[None]:
    """Let the hub's client use its cache alone where the hub cannot be reached, instead of trying again."""
    constants = huggingface_hub.constants
    before = constants.HF_HUB_OFFLINE
    if not before and not is_reachable(constants.ENDPOINT):
        constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def hub_host() -> str:
    """The host of the hub, for messages."""
    return urlsplit(huggingface_hub.constants.ENDPOINT).hostname or "the hub"


def why_unavailable(error: Exception) -> str:
    """Why a file of the hub cannot be had, in a few words."""
    if isinstance(error, OfflineModeIsEnabled | LocalEntryNotFoundError):
        return f"no connection to {hub_host()}"
    if isinstance(error, GatedRepoError):
        return "its publisher asks you to accept a licence first"
    if isinstance(error, RepositoryNotFoundError):
        return "the hub has no such repository, or it is private"
    return reason(error)


def hub_file(repository: str, file: str, backbone: str, *, optional: bool = False) -> Path | None:
    """A file of `OWNER/NAME[@REVISION]`, from the cache without asking the hub, else downloaded.

    None for an `optional` one that the repository lacks or that cannot be had now. Raises
    WeightsUnavailableError that says how to get the files otherwise.
    """
    name, _, revision = repository.partition("@")
    if cached := _cached(repository, file):
        return cached
    try:
        with offline_without_connection():
            return Path(huggingface_hub.hf_hub_download(name, file, revision=revision or None))
    except Exception as error:  # the hub's client raises errors of several libraries
        if optional:
            return None
        missing = isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError)
        why = f"the repository has no {file}" if missing else why_unavailable(error)
        raise WeightsUnavailableError(backbone, why, _advice(name, error)) from error


def hub_origin(repository: str, *needed: Iterable[str], way_out: str = "") -> Origin:
    """The origin of `OWNER/NAME[@REVISION]`, of which the network needs one file of each of these groups."""
    here = all(any(_cached(repository, file) for file in group) for group in needed)
    return Origin(here, huggingface_hub.constants.ENDPOINT, way_out)


def copying(name: str) -> str:
    """How to copy a repository to a machine without a connection."""
    return f"on a machine with internet run 'hf download {name} --local-dir FOLDER', copy it, write hf:FOLDER"


def _cached(repository: str, file: str) -> Path | None:
    """A file of `OWNER/NAME[@REVISION]` in the cache."""
    name, _, revision = repository.partition("@")
    cached = huggingface_hub.try_to_load_from_cache(name, file, revision=revision or None)
    return Path(cached) if isinstance(cached, str) else None


def _advice(name: str, error: Exception) -> str:
    if isinstance(error, GatedRepoError):
        return (
            f"accept its licence at {huggingface_hub.constants.ENDPOINT}/{name}, log in with 'hf auth login' "
            "and run again"
        )
    return copying(name)
