"""YAML with the line of every key."""

import os
from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.grid.yaml_lines import read_yaml

TEXT = """\
name: mura
image:
  size: 224
backbones:
  - resnet18
  - name: resnet50
    weights: random
"""


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "g.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


@pytest.mark.parametrize(
    ("steps", "line", "known"),
    [
        ([], 1, []),
        (["image"], 2, ["image"]),
        (["image", "size"], 3, ["image", "size"]),
        (["backbones", 0], 5, ["backbones", 0]),
        (["backbones", 1, "weights"], 7, ["backbones", 1, "weights"]),
        (["backbones", 1, "label"], 6, ["backbones", 1]),
        (["backbones", 9], 4, ["backbones"]),
        (["nothing", "size"], 1, []),
    ],
)
def test_the_line_is_that_of_the_deepest_key_that_exists(write, steps, line, known):
    assert read_yaml(write(TEXT)).line_of(steps) == (line, known)


def test_the_content_is_that_of_the_file(write):
    assert read_yaml(write(TEXT)).content["backbones"][1] == {"name": "resnet50", "weights": "random"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", r"g\.yaml:3: a: this key is there already, on line 1"),
        (
            "a:\n  - {b: 1}\n  - {c: 1,\n     c: 2}\n",
            r"g\.yaml:4: a\.1\.c: this key is there already, on line 3",
        ),
        ("a: [1\nb: 2\n", r"g\.yaml:2: not valid YAML: "),
        ("- a\n", r"g\.yaml:1: a grid file holds keys and values"),
        ("", r"g\.yaml:1: a grid file holds keys and values"),
        (b"a: \xff\n", r"g\.yaml:1: it is not UTF-8 text: save it as UTF-8"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(write, text, message):
    with pytest.raises(UserError, match=message) as error:
        read_yaml(write(text))
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no\.yaml: cannot be read \(No such file or directory\)"):
        read_yaml(tmp_path / "no.yaml")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_the_byte_order_mark_and_the_line_ends_of_windows_do_not_count(write, encoding):
    written = TEXT.replace("\n", "\r\n").encode(encoding)
    assert read_yaml(write(written)).content == read_yaml(write(TEXT)).content


def test_utf_16_is_named(write):
    with pytest.raises(UserError, match=r"g\.yaml:1: it is UTF-16 text: save it as UTF-8"):
        read_yaml(write(TEXT.encode("utf-16")))


def test_what_is_no_file_or_has_no_end_is_not_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(UserError, match=r"cannot be read \(it is a pipe or a device, not a file\)"):
            read_yaml(path)
    with pytest.raises(UserError, match=r"cannot be read \(Is a directory\)"):
        read_yaml(tmp_path)
    with pytest.raises(UserError, match=r"cannot be read \(File name too long\)"):
        read_yaml(tmp_path / ("x" * 300))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    huge = tmp_path / "g.yaml"
    with huge.open("wb") as stream:
        stream.truncate(10**11)  # takes no room on the disk
    with pytest.raises(UserError, match=r"longer than 100,000 bytes"):
        read_yaml(huge)
