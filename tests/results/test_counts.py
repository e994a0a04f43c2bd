from results.counts import counted, joined, of_count, planned


def test_lists():
    assert [joined(list(letters)) for letters in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
    assert joined(["1", "2"], "or") == "1 or 2"


def test_nouns_and_verbs_agree_with_their_number():
    assert [counted(count, "study") for count in (0, 1, 36_808)] == ["0 studies", "1 study", "36,808 studies"]
    assert [of_count(count, "is", "are") for count in (0, 1, 2)] == ["are", "is", "are"]


def test_families_agree_with_the_last_one():
    assert planned([1]) == "1 planned comparison"
    assert planned([1200, 3]) == "1,200 and 3 planned comparisons"
    assert planned([]) == "0 planned comparisons"
