from torch import nn

from extractors.sources import sources
from extractors.sources.source import IMAGENET, Normalisation, no_head
from extractors.specs import BackboneSpec


def test_a_source_without_a_classifier_has_no_prefixes():
    assert no_head(BackboneSpec("resnet18"), nn.Identity()) == ()


def test_channels_and_size_have_defaults():
    assert (IMAGENET.channels, Normalisation((0.5,), (0.5,)).size) == (3, 0)


def test_only_files_of_numbers_are_fixed():
    assert [name for name, source in sources().items() if not source.trainable] == ["onnx", "embeddings"]
