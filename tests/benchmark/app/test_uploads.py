import pytest

from benchmark.app.uploads import MOST_MEGABYTES, Upload, shown_name, study_of
from benchmark.errors import UserError
from benchmark.prediction.studies import MOST_VIEWS


def uploads(count):
    return [Upload(f"{number}.png", bytes([number])) for number in range(count)]


def test_files_are_the_views_of_one_study_in_their_order():
    study = study_of(uploads(MOST_VIEWS))
    assert study.images == tuple(bytes([number]) for number in range(MOST_VIEWS))
    assert study.names[:2] == ("0.png", "1.png")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([], "no file was given"),
        (uploads(MOST_VIEWS + 1), "13 files are too many for one study: at most 12 views; remove some"),
        ([Upload("a.png", b"")], "a.png is empty"),
        (
            [Upload("a.png", bytes(MOST_MEGABYTES * 2**20 + 1))],
            "a.png is larger than 50 MB; reduce the image",
        ),
        (
            [Upload("a.png", b"x"), Upload("b.png", b"x")],
            "b.png is the same file as a.png: a view counts once; remove one of them",
        ),
        (
            [Upload("a.png", b"x"), Upload("a.png", b"x")],
            "a.png is the same file as a.png: a view counts once; remove one of them",
        ),
    ],
    ids=["none", "many", "empty", "large", "twice", "twice by one name"],
)
def test_what_is_no_study_is_refused_in_a_line(given, line):
    with pytest.raises(UserError) as refused:
        study_of(given)
    assert str(refused.value) == line


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\a.png", "a.png"),
        ("a\nb\x1b[31m\u202egnp.exe", "a bU+001B[31mU+202Egnp.exe"),
        ("", "unnamed"),
        ("/", "unnamed"),
    ],
)
def test_a_name_is_shown_on_one_line_without_folders_and_hidden_signs(name, shown):
    assert shown_name(name) == shown


def test_the_middle_of_a_long_name_is_cut():
    shown = shown_name("a" * 500 + ".png")
    assert len(shown) == 60
    assert shown.endswith("a.png")
    assert "…" in shown
