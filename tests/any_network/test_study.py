import pytest

import benchmark as bm
from tests.any_network.grid import OF_LITERATURE, content, trainable_networks, write
from tests.any_network.study import shown, table_of
from tests.extractors.sources.test_huggingface import KINDS

SOURCES = ("torchvision/", "local-dir", "bundled", "hf-", "open_clip-", "torchxrayvision/", "python-")


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return folder, trainable_networks(folder)


def test_every_source_and_every_kind_of_transformers_is_there(networks):
    labels = [one.get("label", one["name"]) for one in networks[1]]
    assert set(OF_LITERATURE) <= set(labels)
    assert {f"hf-{kind}" for kind in KINDS} <= set(labels)
    assert all(any(label.startswith(source) for label in labels) for source in SOURCES)


@pytest.mark.slow
def test_small_networks_of_each_source_run_frozen_adapted_and_fine_tuned(networks):
    folder, known = networks
    small = [
        one for one in known if one.get("label", "").startswith(("hf-Dino", "open_clip-V", "python", "local"))
    ]
    results = bm.run(write(content(folder, small), folder), folder / "runs", jobs=1, track=False)
    assert not results.failed
    table = table_of(results.cells)
    assert list(table.index[-2:]) == ["onnx-net", "vectors"]
    assert (table["trained", "LoRA"].dropna() < table["trained", "fine-tuned"].dropna()).all()
    assert shown(table).row_count == len(small) + 2
