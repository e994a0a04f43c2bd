import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from extractors.weights_formats import PYTORCH, SAFETENSORS, format_of


def test_the_content_decides_not_the_suffix(tmp_path):
    save_file({"w": torch.ones(1)}, tmp_path / "w.pth")
    torch.save({"w": torch.ones(1)}, tmp_path / "w.safetensors")
    torch.save({"w": torch.ones(1)}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert format_of(tmp_path / "w.pth") == SAFETENSORS
    assert format_of(tmp_path / "w.safetensors") == format_of(tmp_path / "old.pth") == PYTORCH


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty; copy or download it again"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "Git LFS.*git lfs pull"),
        (b"<!DOCTYPE html><html><body>403</body></html>", "a web page.*download the file itself"),
        (b"\xef\xbb\xbf\n <html>", "a web page"),
        (b'{"error": "not found"}', "it is text"),
        ("Zugriff verweigert: Ä\n".encode() * 100, "it is text"),
        (b"\x89HDF\r\n\x1a\n" + bytes(20), "HDF5.*convert it to PyTorch"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip; unpack"),
        (b"\x93NUMPY" + bytes(20), "NumPy array"),
        (b"PK\x03\x04" + bytes(40), "damaged or cut off; copy or download"),
        (b"\x00\x01\x02\x03" * 9, "neither a safetensors nor a PyTorch file"),
    ],
)
def test_another_file_is_named_with_the_way_out(tmp_path, content, said):
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(ValueError, match=said):
        format_of(tmp_path / "w.pth")


def test_other_archives_are_told_apart(tmp_path):
    np.savez(tmp_path / "w.npz", a=np.ones(2))
    with pytest.raises(ValueError, match="zip archive of NumPy arrays"):
        format_of(tmp_path / "w.npz")
    with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
        archive.writestr("w.pth", b"x")
    with pytest.raises(ValueError, match=r"zip archive of other files.*unpack it"):
        format_of(tmp_path / "w.zip")
    with zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w/data.pkl", bytes(1_000_000))
    with pytest.raises(ValueError, match="compressed zip archive"):
        format_of(tmp_path / "bomb.pth")
