import numpy as np
import pytest
from PIL import Image

from extractors import libtiff
from extractors.grey_values import grey_image
from extractors.image_files import ImageFileError, open_image
from extractors.libtiff import silence_libtiff


@pytest.mark.parametrize("compression", ["tiff_adobe_deflate", "tiff_lzw"])
def test_a_damaged_tiff_is_an_error_and_prints_nothing(tmp_path, capfd, compression):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)
    path = tmp_path / "damaged.tif"
    Image.fromarray(noise).save(path, compression=compression)
    content = bytearray(path.read_bytes())
    content[100:400] = bytes(255 - value for value in content[100:400])
    path.write_bytes(content)
    with pytest.raises(ImageFileError), open_image(path) as image:
        grey_image(image)
    assert capfd.readouterr() == ("", "")


def test_a_build_of_pillow_without_the_switch_is_no_error(monkeypatch):
    class Absent:
        def __init__(self, path):
            raise OSError("no such library")

    monkeypatch.setattr(libtiff.ctypes, "CDLL", Absent)
    silence_libtiff.__wrapped__()
