import weakref
from contextlib import nullcontext
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from extractors import embeddings, ready_networks
from extractors.array_store import PartialArray
from extractors.backbones import load_backbone
from extractors.embeddings import Failure, load_embeddings
from extractors.resource_usage import Usage
from extractors.specs import BackboneSpec, DescriptorSpec, embedding_folder

NETWORK = BackboneSpec("mobilenetv3_small_050", "random")
DESCRIPTOR = DescriptorSpec("glcm")


def stored_pixels(tmp_path, n=10, size=32, seed=0):
    partial = PartialArray(tmp_path / f"pixels{seed}", (n, size, size), np.uint8, n)
    partial.write(partial.pending[0], np.random.default_rng(seed).integers(1, 255, (n, size, size)))
    return partial.finish([f"image{i}" for i in range(n)])


def test_two_extractors_are_hits_afterwards(tmp_path, monkeypatch):
    pixels = stored_pixels(tmp_path)
    first = list(load_embeddings(tmp_path / "c", pixels, [NETWORK, DESCRIPTOR], device="cpu"))
    assert [len(stored.data) for stored in first] == [10, 10]
    assert first[0].ids == pixels.ids
    assert first[0].data.dtype == np.float32
    monkeypatch.setattr(embeddings, "_fill", lambda *_: pytest.fail("the cache was not used"))
    again = list(load_embeddings(tmp_path / "c", pixels, [NETWORK, DESCRIPTOR], device="cpu"))
    assert again[0].digest == first[0].digest


def test_memory_holds_one_network_at_a_time(tmp_path, monkeypatch):
    loaded = []

    def load(*arguments, **named):
        assert all(one() is None for one in loaded)
        backbone = load_backbone(*arguments, **named)
        loaded.append(weakref.ref(backbone.network))
        return backbone

    monkeypatch.setattr(ready_networks, "load_backbone", load)
    three = [NETWORK, BackboneSpec("resnet10t", "random"), BackboneSpec("mobilenetv3_small_075", "random")]
    found = list(
        load_embeddings(tmp_path / "c", stored_pixels(tmp_path), three, device="cpu", engine="torch")
    )
    assert [one.data.shape for one in found] == [(10, 1024), (10, 512), (10, 1024)]


def test_other_pixels_or_preprocessing_are_another_embedding(tmp_path):
    one, two = stored_pixels(tmp_path), stored_pixels(tmp_path, seed=1)
    brighter = BackboneSpec("mobilenetv3_small_050", "random", mean=(0.1, 0.1, 0.1))
    folders = {
        embedding_folder(tmp_path, pixels.digest, extractor)
        for pixels in (one, two)
        for extractor in (NETWORK, brighter)
    }
    assert len(folders) == 4


def test_damaged_embeddings_are_made_again(tmp_path):
    pixels = stored_pixels(tmp_path)
    (first,) = load_embeddings(tmp_path / "c", pixels, [DESCRIPTOR])
    values = np.array(first.data)
    with (first.folder / "data.npy").open("r+b") as stream:
        stream.seek(-3, 2)
        stream.write(b"xyz")
    (again,) = load_embeddings(tmp_path / "c", pixels, [DESCRIPTOR])
    assert np.array_equal(again.data, values)


@pytest.mark.parametrize("junk", [b"[]", b"{}", b'{"ids": 3}'])
def test_embeddings_with_a_damaged_note_are_made_again(tmp_path, junk):
    pixels = stored_pixels(tmp_path)
    (first,) = load_embeddings(tmp_path / "c", pixels, [DESCRIPTOR])
    (first.folder / "meta.json").write_bytes(junk)
    (again,) = load_embeddings(tmp_path / "c", pixels, [DESCRIPTOR])
    assert (again.digest, again.ids) == (first.digest, first.ids)


def test_a_killed_pass_continues_and_ends_with_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(embeddings, "CHUNK", 4)
    pixels = stored_pixels(tmp_path)
    (whole,) = load_embeddings(tmp_path / "whole", pixels, [NETWORK], device="cpu")
    calls = []

    def dies(backbone, chunk):
        calls.append(len(chunk))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(backbone, chunk)

    real = embeddings.embed
    monkeypatch.setattr(embeddings, "embed", dies)
    with pytest.raises(KeyboardInterrupt):
        list(load_embeddings(tmp_path / "c", pixels, [NETWORK], device="cpu"))
    (resumed,) = load_embeddings(tmp_path / "c", pixels, [NETWORK], device="cpu")
    assert calls == [4, 4, 4, 2], "the first chunk must not be computed again"
    assert resumed.digest == whole.digest


def test_a_pass_on_the_cpu_continues_in_larger_blocks_on_an_accelerator(tmp_path, monkeypatch):
    monkeypatch.setattr(embeddings, "CHUNK", 4)
    pixels, calls, shown = stored_pixels(tmp_path), [], []
    (whole,) = load_embeddings(tmp_path / "whole", pixels, [NETWORK], device="cpu")

    def dies(backbone, chunk):
        calls.append(len(chunk))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(backbone, chunk)

    real = embeddings.embed
    monkeypatch.setattr(embeddings, "embed", dies)
    with pytest.raises(KeyboardInterrupt):
        list(load_embeddings(tmp_path / "c", pixels, [NETWORK], device="cpu"))
    monkeypatch.setattr(embeddings, "_rows_at_once", lambda fillings, pixels: 8)

    def progress(label, rows):
        shown.append(rows)

    (resumed,) = load_embeddings(tmp_path / "c", pixels, [NETWORK], device="cpu", progress=progress)
    assert calls == [4, 4, 8, 2], "the block that holds the first chunk is computed again"
    assert shown == [4, 4, 2], "no row is counted twice"
    np.testing.assert_allclose(resumed.data, whole.data, atol=1e-5)


@pytest.mark.parametrize(
    ("device", "size", "width", "rows"),
    [
        ("cpu", 224, (8,), 256),
        ("cuda", 224, (8,), 5120),
        ("cuda", 4000, (8,), 256),
        ("cuda", 224, (197, 768), 768),
    ],
)
def test_blocks_are_larger_on_an_accelerator_as_far_as_memory_goes(device, size, width, rows):
    pixels = SimpleNamespace(data=np.zeros((1, size, size), np.uint8))
    partial = SimpleNamespace(values=lambda: np.zeros((1, *width), np.float16))
    filling = SimpleNamespace(backbone=SimpleNamespace(device=torch.device(device)), partial=partial)
    descriptor = SimpleNamespace(backbone=None, partial=partial)
    assert embeddings._rows_at_once([descriptor, filling], pixels) == rows


def test_an_extractor_that_fails_does_not_stop_the_others(tmp_path):
    pixels = stored_pixels(tmp_path)
    bad = BackboneSpec("mobilenetv3_small_050", str(tmp_path / "nowhere.safetensors"), label="bad")
    (tmp_path / "nowhere.safetensors").write_bytes(b"")
    failed, fine = load_embeddings(tmp_path / "c", pixels, [bad, DESCRIPTOR], device="cpu")
    assert isinstance(failed, Failure)
    assert not isinstance(fine, Failure)


def test_collapsed_features_are_refused(tmp_path, monkeypatch):
    pixels = stored_pixels(tmp_path)
    monkeypatch.setattr(embeddings, "embed", lambda backbone, chunk: np.ones((len(chunk), backbone.width)))
    (failure,) = load_embeddings(tmp_path / "c", pixels, [NETWORK], device="cpu")
    assert isinstance(failure, Failure)
    assert "same vector" in failure.error


def test_what_a_pass_took_is_kept_per_extractor(tmp_path, monkeypatch):
    monkeypatch.setattr(
        embeddings,
        "measured",
        lambda: nullcontext(Usage(seconds=2.0, peak_memory_bytes=1000, energy_kwh=0.5)),
    )
    pixels = stored_pixels(tmp_path)
    stored = load_embeddings(tmp_path / "c", pixels, [NETWORK, DESCRIPTOR], device="cpu", jobs=1)
    for cost in (embedding.meta["cost"] for embedding in stored):
        seconds_per_image = cost["milliseconds_per_image"] / 1000
        assert cost["kwh_per_image"] == pytest.approx(seconds_per_image * 0.5 / 2.0, rel=0.01)
        assert (cost["peak_memory_bytes"], cost["peak_device_memory_bytes"]) == (1000, None)
        assert (cost["device"], cost["threads"]) == ("cpu", 1)


def test_other_networks_on_the_accelerator_are_not_counted(tmp_path, monkeypatch):
    before, peak = 900_000_000, 950_000_000
    monkeypatch.setattr(embeddings, "begin_peak_memory", lambda device: before)
    monkeypatch.setattr(embeddings, "peak_memory", lambda device: peak)
    (stored,) = load_embeddings(tmp_path / "c", stored_pixels(tmp_path), [NETWORK], device="cpu")
    cost = stored.meta["cost"]
    assert cost["peak_device_memory_bytes"] == peak - before + cost["bytes_on_disk"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (AssertionError(), "AssertionError"),
        (KeyError("pool"), "KeyError: 'pool'"),
        (TypeError("two\nlines"), "TypeError: two"),
        (RuntimeError("no kernel"), "RuntimeError: no kernel"),
        (ValueError("one image does not fit"), "one image does not fit"),
        (ValueError(), "ValueError"),
    ],
)
@pytest.mark.parametrize(("module", "function"), [(ready_networks, "load_backbone"), (embeddings, "embed")])
def test_any_exception_of_a_network_is_its_own_failure(tmp_path, monkeypatch, module, function, error, line):
    real = getattr(module, function)

    def fails(first, *rest, **named):
        spec = first if function == "load_backbone" else first.spec
        if spec == NETWORK:
            raise error
        return real(first, *rest, **named)

    monkeypatch.setattr(module, function, fails)
    other = BackboneSpec("bundled")
    failure, fine, too = load_embeddings(
        tmp_path / "c", stored_pixels(tmp_path), [NETWORK, other, DESCRIPTOR], device="cpu"
    )
    assert isinstance(failure, Failure)
    assert (failure.extractor, failure.error, failure.cause) == (NETWORK, line, error)
    assert [len(stored.data) for stored in (fine, too)] == [10, 10]


def test_an_embedding_of_other_images_is_made_again(tmp_path):
    pixels = stored_pixels(tmp_path)
    (first,) = load_embeddings(tmp_path / "c", pixels, [DESCRIPTOR])
    meta = first.folder / "meta.json"
    meta.write_text(meta.read_text().replace('"image0", "image1"', '"image1", "image0"'))
    (again,) = load_embeddings(tmp_path / "c", pixels, [DESCRIPTOR])
    assert again.ids == pixels.ids
    assert meta.read_text().count('"image0", "image1"') == 1


@pytest.mark.parametrize(
    ("engine", "images", "used"),
    [("auto", 128, "onnxruntime"), ("auto", 127, "torch"), ("torch", 128, "torch")],
)
def test_the_engine_of_a_network_is_noted(tmp_path, engine, images, used):
    pixels = stored_pixels(tmp_path, n=images)
    network, descriptor = load_embeddings(
        tmp_path / "c", pixels, [NETWORK, DESCRIPTOR], device="cpu", engine=engine
    )
    cost = network.meta["cost"]
    assert (cost["engine"], cost["engine_version"]) == (used, version(used))
    assert not {"engine", "engine_version"} & set(descriptor.meta["cost"])


def test_engines_share_a_folder_and_agree(tmp_path):
    pixels = stored_pixels(tmp_path)
    found = {}
    for name in ("torch", "onnxruntime"):
        (found[name],) = load_embeddings(tmp_path / name, pixels, [NETWORK], device="cpu", engine=name)
    torch, onnxruntime = found.values()
    assert torch.folder.name == onnxruntime.folder.name
    norms = [np.linalg.norm(one.data, axis=1) for one in found.values()]
    assert ((torch.data * onnxruntime.data).sum(axis=1) / norms[0] / norms[1]).min() >= 0.99999
    (cached,) = load_embeddings(tmp_path / "torch", pixels, [NETWORK], device="cpu", engine="onnxruntime")
    assert cached.meta["cost"]["engine"] == "torch", "the cached embedding of another engine is taken"


def test_the_same_engine_gives_the_same_bytes(tmp_path):
    pixels = stored_pixels(tmp_path)
    digests = set()
    for folder in ("a", "b"):
        (stored,) = load_embeddings(tmp_path / folder, pixels, [NETWORK], device="cpu", engine="onnxruntime")
        digests.add(stored.digest)
    assert len(digests) == 1
