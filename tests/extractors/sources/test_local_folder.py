import pytest

from extractors.sources.local_folder import resolve
from extractors.specs import BackboneSpec


@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
def test_changed_weights_in_a_folder_are_another_extractor(tmp_path, file):
    spec = BackboneSpec(f"local-dir:{tmp_path}")
    assert resolve(spec) == spec
    (tmp_path / file).write_bytes(b"one")
    assert resolve(spec).weights_file == tmp_path / file
    before = spec.identity()
    (tmp_path / file).write_bytes(b"other")
    assert spec.identity() != before


@pytest.mark.parametrize("spec", [BackboneSpec("resnet18"), BackboneSpec("local-dir:x", "random")])
def test_any_other_spec_is_returned_as_it_is(spec):
    assert resolve(spec) is spec
