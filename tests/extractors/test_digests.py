import hashlib
import os

from extractors.digests import digest_of, file_digest


def test_the_digest_of_a_value_is_that_of_its_canonical_json():
    assert digest_of({"b": [1, "é"], "a": None}) == digest_of({"a": None, "b": [1, "é"]})
    assert digest_of({"a": 1.5}) == hashlib.sha256(b'{"a":1.5}').hexdigest()


def test_the_digest_of_a_file_notices_that_it_changed(tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"one")
    assert file_digest(file) == hashlib.sha256(b"one").hexdigest()
    file.write_bytes(b"two")
    os.utime(file, (1, 1))
    assert file_digest(file) == hashlib.sha256(b"two").hexdigest()
