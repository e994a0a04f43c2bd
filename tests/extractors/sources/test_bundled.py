from extractors import bundled
from extractors.sources.bundled import knows, names, resolve
from extractors.specs import BackboneSpec


def test_it_answers_for_its_own_name_alone():
    assert names() == ["bundled"]
    assert knows("bundled")
    assert not knows("bundled2")


def test_it_resolves_to_a_timm_network_of_one_channel_with_a_file():
    spec = resolve(BackboneSpec("bundled"))
    assert (spec.name, spec.label, spec.weights) == ("resnet10t", "bundled", str(bundled.FILE))
    assert (spec.model_args["in_chans"], spec.mean, spec.std) == (1, (0.5,), (0.25,))
    assert resolve(BackboneSpec("bundled", "random")).weights == "random"
    assert resolve(BackboneSpec("bundled", "other.pth", mean=(0.1,))).mean == (0.1,)
