from torch import nn

from extractors.sources import sources, travels
from extractors.sources.source import IMAGENET, Normalisation, no_head
from extractors.specs import BackboneSpec


def test_a_source_without_a_classifier_has_no_prefixes():
    assert no_head(BackboneSpec("resnet18"), nn.Identity()) == ()


def test_channels_and_size_have_defaults():
    assert (IMAGENET.channels, Normalisation((0.5,), (0.5,)).size) == (3, 0)


def test_only_files_of_numbers_are_fixed():
    assert [name for name, source in sources().items() if not source.trainable] == ["onnx", "embeddings"]


def test_networks_of_these_sources_are_not_in_their_weights_alone():
    stay = [name for name, source in sources().items() if not source.travels]
    assert stay == ["transformers", "onnx", "python", "embeddings"]
    assert [travels(name) for name in ("resnet18", "bundled", "local-dir:net", "hf:a/b")] == [
        True,
        True,
        False,
        False,
    ]
