"""The keys that all data sets have, and the entry of a kind in the registry."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmark.datasets.kind import DatasetKeys, DatasetKind


class Keys(DatasetKeys):
    root: Path = Path()
    name: str = ""
    seed: int = 0


def test_what_was_asked_leaves_out_defaults_places_and_names() -> None:
    assert Keys(kind="mine").asked() == {"kind": "mine"}
    keys = Keys(kind="mine", root=Path("x"), name="Ours", seed=3, protocol="image")
    assert keys.asked() == {"kind": "mine", "protocol": "image", "seed": 3}


def test_an_unknown_protocol_is_named() -> None:
    with pytest.raises(ValidationError, match="there is no protocol 'offical'; did you mean 'official'"):
        Keys(kind="mine", protocol="offical")


def test_a_kind_claims_no_folder_unless_it_says_so(tmp_path: Path) -> None:
    assert not DatasetKind("mine", Keys, lambda keys, cache, jobs: None).is_at(tmp_path)
