import pandas as pd

from benchmark.datasets.dicom.linked_manifest import folder_of, read_linked, write_linked
from benchmark.datasets.manifest import DESCRIBING


def table(*paths):
    columns = {"path": paths, "image": [f"s/{n}.dcm" for n in range(len(paths))], "label": 1}
    texts = dict.fromkeys(("patient", "study", "body_part", "split", *DESCRIBING), "x")
    return pd.DataFrame(columns | texts)


def test_links_lead_to_the_files_and_the_manifest_comes_back(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a").write_text("content")
    write_linked(tmp_path / "m", tmp_path / "data", table("a"), "valid", ["a note"])
    found = read_linked(tmp_path / "m")
    assert found.paths()[0].read_text() == "content"
    assert (found.evaluated_on, found.notes) == ("valid", ("a note",))
    assert found.images["label"].tolist() == [1]


def test_nothing_is_left_of_one_that_failed_and_a_damaged_one_is_replaced(tmp_path):
    broken = table("a").assign(label=object())
    for attempt in (broken, table("a")):
        try:
            write_linked(tmp_path / "m", tmp_path, attempt, "", [])
        except TypeError:
            assert list(tmp_path.iterdir()) == []
    (tmp_path / "m/manifest.json").write_text("{")
    assert read_linked(tmp_path / "m") is None
    write_linked(tmp_path / "m", tmp_path, table("a"), "", [])
    assert read_linked(tmp_path / "m") is not None
    assert read_linked(tmp_path / "other") is None


def test_the_folder_is_of_files_labels_and_settings(tmp_path):
    (tmp_path / "a").write_text("1")
    labels = tmp_path / "labels.csv"

    def folder(settings=None):
        return folder_of(tmp_path / "cache", tmp_path, ["a", "lost"], labels, settings or [])

    seen = [folder(), folder(["study_uid"])]
    labels.write_text("x")
    seen.append(folder())
    (tmp_path / "a").write_text("22")
    seen.append(folder())
    assert len(set(seen)) == 4
    assert folder() == seen[-1]
