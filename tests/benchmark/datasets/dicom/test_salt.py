import pytest

from benchmark.datasets.dicom.salt import key_of_salt
from benchmark.errors import UserError


def test_a_salt_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "deep" / "salt"
    key, made = key_of_salt(path)
    assert (len(key), made, path.stat().st_mode & 0o777) == (32, True, 0o600)
    assert key_of_salt(path) == (key, False)
    assert key_of_salt(tmp_path / "other")[0] != key


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        ("x" * 40, 0o644, "others may read this salt; make it yours alone: chmod 600"),
        ("short", 0o600, "a salt has at least 16 bytes"),
    ],
)
def test_a_salt_that_does_not_protect_is_refused(tmp_path, content, mode, message):
    path = tmp_path / "salt"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(UserError, match=message) as told:
        key_of_salt(path)
    assert content not in str(told.value)


def test_a_folder_is_no_salt(tmp_path):
    with pytest.raises(UserError, match="must be a file"):
        key_of_salt(tmp_path)


def test_a_salt_that_cannot_be_made_is_one_line_with_the_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot be read or made: .*; name another file by --salt-file"):
        key_of_salt(tmp_path / "file" / "salt")
