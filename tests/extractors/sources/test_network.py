from extractors.sources.network import same
from extractors.specs import BackboneSpec


def test_a_network_without_names_of_its_own_stays_as_it_is():
    spec = BackboneSpec("resnet18", "random")
    assert same(spec) is spec
