import pytest

from benchmark.datasets.label_words import meaning_of, note_on


@pytest.mark.parametrize(
    ("labels", "meaning"),
    [
        (["0", "1"], [0, 1]),
        (["0.0", "1.0", "1"], [0, 1, 1]),
        (["Negative", "POSITIVE"], [0, 1]),
        (["abnormal", "normal"], [1, 0]),
        (["True", "False"], [1, 0]),
        (["no", "yes"], [0, 1]),
        (["normal"], [0]),
    ],
)
def test_numbers_and_pairs_of_words_are_read(labels: list[str], meaning: list[int]) -> None:
    assert meaning_of(labels) == dict(zip(labels, meaning, strict=True))


@pytest.mark.parametrize(
    "label", ["2", "-1", "l", "O", "０", "1.5", "01", "benign", "nоrmal", "", "1e0", "+1"]
)
def test_what_only_looks_like_a_label_is_not_read(label: str) -> None:
    assert meaning_of([label]) == {}
    assert label not in meaning_of(["normal", "abnormal", label])


def test_labels_of_two_kinds_are_not_mixed() -> None:
    assert meaning_of(["normal", "abnormal", "positive"]) == {"normal": 0, "abnormal": 1}


def test_what_was_taken_for_what_is_said_but_not_of_0_and_1() -> None:
    assert note_on({"0": 0, "1": 1}) == ""
    assert note_on({"yes": 1, "no": 0}) == "label 'no' taken for 0, 'yes' taken for 1"
