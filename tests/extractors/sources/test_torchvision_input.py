import pytest

from extractors.sources.torchvision_input import resolve
from extractors.specs import BackboneSpec


@pytest.mark.parametrize("name", ["torchvision/googlenet", "torchvision/inception_v3"])
def test_trained_networks_transform_their_input_as_torchvisions_builders_make_them(name):
    assert resolve(BackboneSpec(name)).model_args == {"transform_input": True}
    assert resolve(BackboneSpec(name, "w.pth")).model_args == {"transform_input": True}
    own = BackboneSpec(name, "w.pth", {"transform_input": False})
    assert resolve(own).model_args == {"transform_input": False}
    assert BackboneSpec(name).identity()["model_args"] == {"transform_input": True}


@pytest.mark.parametrize(
    "spec", [BackboneSpec("torchvision/googlenet", "random"), BackboneSpec("torchvision/resnet18")]
)
def test_any_other_is_returned_as_it_is(spec):
    assert resolve(spec) is spec
