from benchmark.datasets.manifest import read_manifest
from benchmark.setup.class_folders import in_class_folders
from tests.benchmark.setup.drawn import asked_of, draw_classes, draw_splits


def test_the_manifest_that_is_written_reads_as_the_one_that_was_planned_with(tmp_path):
    draw_splits(tmp_path / "data")
    found = in_class_folders(asked_of(tmp_path / "data", tmp_path))
    found.make()
    assert found.makes == (tmp_path / "grid-manifest.csv",)
    written = read_manifest(found.makes[0])
    assert written.images.equals(found.manifest.images)
    assert written.evaluated_on == found.manifest.evaluated_on == "test"
    assert found.dataset == {"kind": "manifest", "root": "grid-manifest.csv"}
    assert written.images.groupby("split")["label"].agg(["size", "sum"]).to_numpy().tolist() == [
        [20, 10],
        [56, 28],
    ]


def test_images_elsewhere_are_allowed_to_lie_outside(tmp_path):
    draw_classes(tmp_path / "data", images=3)
    found = in_class_folders(asked_of(tmp_path / "data", tmp_path / "grids"))
    (tmp_path / "grids").mkdir()
    found.make()
    assert found.dataset["allow_outside"] is True
    assert len(read_manifest(found.makes[0], allow_outside=True).images) == 6


def test_without_being_asked_no_patient_is_guessed_and_that_is_said(tmp_path):
    draw_classes(tmp_path / "data", images=6, name=lambda n: f"person{n // 2}_{n}.png")
    found = in_class_folders(asked_of(tmp_path / "data", tmp_path))
    assert found.manifest.images["patient"].is_unique
    assert any("counts as a patient of its own" in n and "--guess-patients" in n for n in found.notes)


def test_guessed_patients_are_called_a_guess(tmp_path):
    draw_classes(tmp_path / "data", images=6, name=lambda n: f"person{n // 2}_{n}.png")
    found = in_class_folders(asked_of(tmp_path / "data", tmp_path, guess_patients=True))
    assert found.manifest.images["patient"].nunique() == 3
    assert any(
        "patients are a guess from file names: 12 images of 3 patients" in note for note in found.notes
    )


def test_names_that_say_nothing_are_no_guess(tmp_path):
    draw_classes(tmp_path / "data", images=2)
    found = in_class_folders(asked_of(tmp_path / "data", tmp_path, guess_patients=True))
    assert found.manifest.images["patient"].is_unique
    assert any("no file name has a word" in note for note in found.notes)
