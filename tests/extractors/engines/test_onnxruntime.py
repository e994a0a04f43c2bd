import pytest

from tests.extractors.engines.networks import LARGE, SMALL, agrees

pytest.importorskip("onnxruntime")


@pytest.mark.parametrize(("name", "size"), SMALL)
def test_it_runs_networks_as_torch_does(name, size, caplog, capfd):
    agrees("onnxruntime", name, size, caplog, capfd)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), LARGE)
def test_it_runs_the_networks_of_the_literature_and_newer_ones(name, size, caplog, capfd):
    agrees("onnxruntime", name, size, caplog, capfd)
