from results.methods_text.words import counted, joined, percent, plain, spelt


def test_lists():
    assert [joined(list(letters)) for letters in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
    assert joined(["1", "2"], "or") == "1 or 2"


def test_counts():
    assert [spelt(1, "seed"), spelt(3, "study"), spelt(12, "seed")] == [
        "one seed",
        "three studies",
        "12 seeds",
    ]
    assert [counted(1, "image"), counted(36808, "image")] == ["1 image", "36,808 images"]


def test_decimals():
    assert [plain(value) for value in (3e-4, 1 - 0.95, 32.0, 1e-7)] == ["0.0003", "0.05", "32", "1e-07"]
    assert [percent(0.95), percent(0.125)] == ["95 %", "12.5 %"]
