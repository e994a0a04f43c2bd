import pytest

from benchmark.grid.schema import Grid
from benchmark.setup.doctor import grid_data
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Surroundings
from benchmark.setup.doctor.grid_data import data
from benchmark.setup.doctor.report import for_bug_report
from benchmark.store.workspace import Workspace
from tests.benchmark.setup.drawn import draw_classes


@pytest.fixture
def of(tmp_path):
    def of(dataset, **keys):
        methods = {"feature_extraction": {"backbones": ["bundled"], "classifiers": ["majority"]}}
        content = {"name": "g", "dataset": dataset, **methods, **keys}
        grid = Grid.model_validate(content, context=tmp_path)
        return list(data(Surroundings(Workspace(tmp_path / "runs"), grid)))

    return of


@pytest.fixture
def manifest(tmp_path):
    draw_classes(tmp_path, images=10)
    rows = [
        f"{c}/{n:03d}.png,{n},{c}{n},wrist,{c},{'test' if n > 6 else 'train'}"
        for c in ("normal", "abnormal")
        for n in range(10)
    ]
    (tmp_path / "manifest.csv").write_text("path,patient,study,body_part,label,split\n" + "\n".join(rows))
    return {"kind": "manifest", "root": "."}


def test_data_that_fit_the_grid(of, manifest):
    found = of(manifest)
    assert [f.state for f in found] == [OK, OK]
    assert found[0].what == "20 images, 6 of them for testing"


def test_a_phantom_is_not_drawn(of, tmp_path):
    assert PROBLEM not in {f.state for f in of({"kind": "phantom", "patients": 60})}
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("dataset", "keys"), [({"root": "gone.csv"}, {}), ({"root": "."}, {"body_parts": ["hip"]})]
)
def test_data_that_cannot_be_used_are_a_problem(of, manifest, dataset, keys):
    (found,) = of({"kind": "manifest", **dataset}, **keys)
    assert found.state == PROBLEM
    assert found.why == "no cell can be computed"


def test_a_split_that_leaks_patients_is_a_note(of, manifest, tmp_path):
    text = (tmp_path / "manifest.csv").read_text()
    (tmp_path / "manifest.csv").write_text(text.replace("normal/009.png,9,", "normal/009.png,1,"))
    assert NOTE in [f.state for f in of(manifest)]


def test_unreadable_images_are_a_problem(of, manifest, tmp_path):
    (tmp_path / "normal/000.png").write_text("x")
    assert any(f.state == PROBLEM and "1 of 20 images" in f.what for f in of(manifest))


@pytest.mark.parametrize("root", ["SMITH JOHN", "SMITH, JOHN"])
def test_a_bug_report_tells_no_part_of_a_path(of, manifest, tmp_path, root):
    """Not of an image that cannot be read, nor of a table, nor of a patient in two splits."""
    text = (tmp_path / "manifest.csv").read_text()
    folder = tmp_path / root
    folder.mkdir()
    (folder / "img 1.png").write_text("x")
    first = text.splitlines()[1]
    text = text.replace(first, first.replace("normal/000.png", f'"{root}/img 1.png"'))
    (tmp_path / "manifest.csv").write_text(text.replace("normal/009.png,9,", "normal/009.png,1,"))
    found = [*of(manifest), *of({"kind": "manifest", "root": str(folder)})]
    assert any(root in f.what for f in found)
    assert any("1 of 20 images" in f.what for f in found)
    rows = for_bug_report(found, Surroundings(Workspace(tmp_path / "runs")))
    assert any("1 of 20 images" in row["what"] for row in rows)
    assert not any("not told" in row["what"] for row in rows)
    for word in ("SMITH", "JOHN", "img", "png"):
        assert word not in str(rows)


def test_the_parts_of_a_concatenation_need_room_too(of, manifest, monkeypatch):
    monkeypatch.setattr(grid_data, "_WIDEST", 10**9 // 20)  # a GB for each network
    parts = ["bundled", {"name": "resnet18", "weights": "random"}]
    methods = {"backbones": ["bundled", {"concat": parts}], "classifiers": ["knn"]}
    found = of(manifest, feature_extraction=methods)
    assert "at most about 4.0 GB" in found[-1].what  # each part, and both side by side


def test_a_disk_that_is_too_small_is_a_problem(of, manifest, monkeypatch):
    monkeypatch.setattr(grid_data.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    assert of(manifest)[-1].state == PROBLEM


def test_without_a_grid_nothing_is_said(tmp_path):
    assert list(data(Surroundings(Workspace(tmp_path)))) == []
