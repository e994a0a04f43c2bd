import hashlib

import pandas as pd

from benchmark.datasets.dicom.pseudonyms import key_of, patients_of, pseudonym

UIDS = ["1.2.3", "1.2.4"]


def test_the_key_is_of_the_set_of_images_and_of_nothing_else():
    assert key_of(UIDS) == key_of(UIDS[::-1])
    assert key_of(UIDS) != key_of(UIDS[:1])


def test_digests_differ_by_key_kind_and_identifier_and_are_no_plain_digests():
    key, other = key_of(UIDS), key_of(UIDS[:1])
    names = {
        pseudonym(key, "patient", "4711"),
        pseudonym(other, "patient", "4711"),
        pseudonym(key, "study", "4711"),
        pseudonym(key, "patient", "4712"),
    }
    assert {len(name) for name in names} == {12}
    assert len(names) == 4
    plain = [hashlib.new(name, b"4711").hexdigest() for name in ("sha256", "md5", "sha1", "blake2b")]
    assert not any(digest.startswith(pseudonym(key, "patient", "4711")) for digest in plain)
    assert pseudonym(key, "patient", "4711") == pseudonym(key_of(UIDS), "patient", "4711")


def test_one_person_is_one_whatever_the_spelling():
    people = patients_of(pd.Series(["0012", "12", "12.0", "13", "P 7", "p7"]), pd.Series([""] * 6))
    assert people.groupby(people).ngroup().tolist() == [0, 0, 0, 1, 2, 2]


def test_the_issuer_tells_people_apart_unless_it_is_missing_somewhere():
    people = patients_of(pd.Series(["1", "1", "2", "2", "2"]), pd.Series(["A", "B", "A", "B", ""]))
    assert people.nunique() == 3
    assert people[2:].nunique() == 1
