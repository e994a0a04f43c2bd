import numpy as np
import pandas as pd
import pytest
import torch

from extractors.array_store import PartialArray, StoredArray
from extractors.backbones import load_backbone
from extractors.embeddings import Failure, load_embeddings
from extractors.sources.embeddings_file import build, files, knows, names, normalisation, vectors
from extractors.specs import BackboneSpec

IDS = ["b.png", "a.png", "c.png"]
VALUES = np.arange(6, dtype=np.float32).reshape(3, 2) ** 2


def written(folder, kind):
    file = folder / f"v.{kind.partition('-')[0]}"
    table = pd.DataFrame({"image": IDS})
    match kind:
        case "parquet":
            table.assign(x=VALUES[:, 0], y=VALUES[:, 1]).to_parquet(file)
        case "parquet-lists":
            table.assign(vector=list(VALUES)).to_parquet(file)
        case "parquet-index":
            pd.DataFrame(VALUES, index=IDS, columns=["x", "y"]).to_parquet(file)
        case "npz":
            np.savez(file, images=IDS, vectors=VALUES)
        case "npy":
            np.save(file, VALUES)
            file.with_suffix(".txt").write_text("\n".join(IDS) + "\n")
    return BackboneSpec(f"embeddings:{file}")


KINDS = ["parquet", "parquet-lists", "parquet-index", "npz", "npy"]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_found_by_the_images_ids(kind, tmp_path):
    found = vectors(written(tmp_path, kind), ["a.png", "b.png"])
    np.testing.assert_array_equal(found, VALUES[[1, 0]])
    assert found.dtype == np.float32


def test_an_image_that_is_missing_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"lacks 1 of 2 images, for example 'd.png' \(it has 'b.png'\)"):
        vectors(written(tmp_path, "npz"), ["a.png", "d.png"])


def test_files_that_cannot_be_used_are_one_line(tmp_path):
    np.savez(tmp_path / "v.npz", images=["a", "a"], vectors=VALUES[:2])
    with pytest.raises(ValueError, match=r"has the image 'a' twice"):
        vectors(BackboneSpec(f"embeddings:{tmp_path / 'v.npz'}"), ["a"])
    np.savez(tmp_path / "v.npz", images=["a", "b"], vectors=VALUES)
    with pytest.raises(ValueError, match=r"2 images and vectors of the shape \(3, 2\)"):
        vectors(BackboneSpec(f"embeddings:{tmp_path / 'v.npz'}"), ["a"])
    np.savez(tmp_path / "v.npz", ids=["a", "b"])
    with pytest.raises(ValueError, match=r"no array images and no vectors; it has ids"):
        vectors(BackboneSpec(f"embeddings:{tmp_path / 'v.npz'}"), ["a"])
    np.save(tmp_path / "v.npy", VALUES)
    with pytest.raises(ValueError, match=r"v.txt must lie beside it"):
        vectors(BackboneSpec(f"embeddings:{tmp_path / 'v.npy'}"), ["a"])
    for name in ("v.parquet", "v.csv"):
        (tmp_path / name).write_bytes(b"text")
        with pytest.raises(ValueError, match=r"cannot be read as embeddings: ") as caught:
            vectors(BackboneSpec(f"embeddings:{tmp_path / name}"), ["a"])
        assert "\n" not in str(caught.value)


def test_settings_of_networks_are_refused(tmp_path):
    file = written(tmp_path, "npz").name
    with pytest.raises(ValueError, match="takes no mean, tokens"):
        vectors(BackboneSpec(file, mean=(0.5,), tokens="mean"), ["a.png"])


def stored(folder, ids):
    pixels = np.zeros((len(ids), 16, 16), np.uint8)
    part = PartialArray(folder, pixels.shape, np.uint8, len(ids))
    part.write(slice(0, len(ids)), pixels)
    return part.finish(ids)


def test_it_is_an_embedding_without_a_network_and_fails_alone(tmp_path):
    pixels = stored(tmp_path / "pixels", ["a.png", "b.png"])
    good, bad = written(tmp_path, "parquet"), BackboneSpec(f"embeddings:{tmp_path / 'absent.npz'}")
    asked = []
    found, failure = load_embeddings(
        tmp_path, pixels, [good, bad], device="cpu", progress=lambda *told: asked.append(told)
    )
    assert isinstance(found, StoredArray)
    np.testing.assert_array_equal(found.data, VALUES[[1, 0]])
    assert found.meta["cost"]["milliseconds_per_image"] is None
    assert sum(rows for label, rows in asked if label == "embeddings:v.parquet") == 2
    assert isinstance(failure, Failure)
    assert "absent.npz cannot be read" in failure.error


def test_its_digest_is_that_of_the_content(tmp_path):
    spec = written(tmp_path, "npy")
    before = spec.identity()
    assert files(spec) == [tmp_path / "v.txt"]
    (tmp_path / "v.txt").write_text("other")
    between = spec.identity()
    np.save(tmp_path / "v.npy", VALUES + 1)
    assert len({str(one) for one in (before, between, spec.identity())}) == 3
    assert spec.asked() == {"name": "embeddings:v.npy"}


def test_no_other_image_can_be_judged(tmp_path):
    spec = written(tmp_path, "npz")
    with pytest.raises(ValueError, match="without their network no other image can be judged"):
        load_backbone(spec, size=16, device=torch.device("cpu"))
    assert normalisation is build
    assert knows(spec.name)
    assert not knows("embeddings:")
    assert names() == []
