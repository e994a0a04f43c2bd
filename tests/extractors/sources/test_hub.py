from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub.errors import (
    GatedRepoError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
)

from benchmark.execution.advice import with_advice
from extractors.errors import WeightsUnavailableError
from extractors.sources import hub
from extractors.sources.hub import hub_file, hub_host, offline_without_connection, why_unavailable

RESPONSE = SimpleNamespace(headers={}, request=None)
GATED, NONE, NO_FILE = (
    error("refused\nin lines", response=RESPONSE)
    for error in (GatedRepoError, RepositoryNotFoundError, RemoteEntryNotFoundError)
)


@pytest.fixture
def answer(monkeypatch):
    """What the hub answers to a download."""

    def answering(error):
        def download(*_, **__):
            raise error

        monkeypatch.setattr(hub, "is_reachable", lambda url: True)
        monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)

    return answering


def test_a_gated_network_says_in_one_line_what_to_do(answer):
    answer(GATED)
    with pytest.raises(WeightsUnavailableError, match="accept a licence first") as caught:
        hub_file("facebook/gated", "config.json", "hf:facebook/gated")
    advice = with_advice(caught.value)
    assert (
        "accept its licence at https://huggingface.co/facebook/gated, log in with 'hf auth login'" in advice
    )
    assert "\n" not in advice


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (NONE, "no such repository"),
        (NO_FILE, "the repository has no config.json"),
        (LocalEntryNotFoundError("offline"), "no connection to huggingface.co"),
        (OSError("disk\nfull"), "disk"),
    ],
)
def test_why_a_file_cannot_be_had(answer, error, why):
    answer(error)
    with pytest.raises(WeightsUnavailableError, match=rf"\(.*{why}.*hf download o/n --local-dir FOLDER"):
        hub_file("o/n@v1", "config.json", "hf:o/n@v1")
    assert hub_file("o/n", "config.json", "hf:o/n", optional=True) is None


def test_the_word_for_the_hub():
    assert hub_host() == "huggingface.co"
    assert why_unavailable(OSError("a\nb")) == "a"


def test_without_a_connection_the_client_is_offline_for_a_while(monkeypatch):
    monkeypatch.setattr(hub, "is_reachable", lambda url: False)
    with offline_without_connection():
        assert huggingface_hub.constants.HF_HUB_OFFLINE
    assert not huggingface_hub.constants.HF_HUB_OFFLINE
