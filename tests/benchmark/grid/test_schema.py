from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.grid.cells import expand
from benchmark.grid.schema import read_grid

WHOLE = """\
name: mura
dataset: {kind: mura, root: data/MURA-v1.1, protocol: official}
body_parts: [all, elbow]
train_sizes: [100, 3000, full]
seeds: [0, 1]
image: {size: 224, fit: pad}
feature_extraction:
  backbones:
    - densenet169
    - {name: resnet50, weights: random}
    - name: mobilenetv2_100
      weights: w.safetensors
      model_args: {pad_type: same}
      mean: [0.5, 0.5, 0.5]
      std: [0.5, 0.5, 0.5]
    - torchvision/squeezenet1_0
  classifiers: [logistic_regression, linear_svm, rbf_svm, xgboost]
hand_crafted:
  descriptors: [edges, hog, lbp, glcm, combined]
  classifiers: [logistic_regression]
exclude:
  - {classifier: rbf_svm, train_size: full}
evaluation: {unit: study, primary: auroc, confidence: 0.95, resamples: 2000}
"""


@pytest.fixture
def grid_file(tmp_path):
    (tmp_path / "w.safetensors").write_bytes(b"")
    path = tmp_path / "g.yaml"
    path.write_text(WHOLE)
    return path


def error_of(path, text):
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_grid(path)
    return str(caught.value).replace(str(path), "g.yaml")


def test_the_whole_grid_is_read(grid_file):
    grid = read_grid(grid_file)
    assert grid.train_sizes == [100, 3000, "full"]
    assert grid.dataset.root == grid_file.parent / "data/MURA-v1.1", "relative to the grid file"
    names = [entry.name for entry in grid.feature_extraction.backbones]
    assert names == ["densenet169", "resnet50", "mobilenetv2_100", "torchvision/squeezenet1_0"]
    assert grid.feature_extraction.backbones[2].weights == str(grid_file.parent / "w.safetensors")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("body_parts", "body_part", "g.yaml:3: body_part: unknown key; did you mean 'body_parts'?"),
        ("fit: pad", "fit: pda", "g.yaml:6: image.fit: 'pda' is not known; did you mean 'pad'?"),
        ("size: 224", "size: big", "g.yaml:6: image.size: "),
        ("[logistic_regression]", "[logistic_regresion]", "did you mean 'logistic_regression'?; allowed:"),
        ("[100, 3000, full]", "[100, 3000, ful]", "g.yaml:4: train_sizes"),
        ("seeds: [0, 1]", "seeds: [0, 0]", "g.yaml:5: seeds: '0' is listed twice"),
        ("seeds: [0, 1]", "body_parts: [hand]", "g.yaml:5: body_parts: this key is there already, on line 3"),
        ("kind: mura", "kind: muro", "did you mean 'mura'?; allowed: mura, manifest, dicom, phantom"),
        ("{kind: mura, root", "{root", "the data set needs a kind"),
        ("protocol: official", "protocol: offical", "g.yaml:2: dataset.protocol: there is no protocol"),
        ("name: mura\n", "", "name: this key is needed"),
        ("w.safetensors", "v.safetensors", "g.yaml:12: feature_extraction.backbones.2.weights: there is no"),
        (
            "seeds:",
            "full: {resample: images}\nseeds:",
            "g.yaml:5: full.resample: 'images' is not known; allowed: patients",
        ),
        ("seeds:", "full: {share: 0.5}\nseeds:", "g.yaml:5: full.resample: this key is needed"),
        (
            "seeds:",
            "full: {resample: patients, share: 1}\nseeds:",
            "g.yaml:5: full.share: Input should be less than 1",
        ),
        (
            "3000, full]",
            "3000]\nfull: {resample: patients}",
            "g.yaml:5: full: train_sizes does not list full: add it there",
        ),
        (
            "official}",
            "image}\nfull: {resample: patients}",
            "g.yaml:3: full: protocol image divides patients",
        ),
        (
            "evaluation:",
            "controls: [shuffled_label]\nevaluation:",
            "g.yaml:23: controls.0: there is no control 'shuffled_label'; did you mean 'shuffled_labels'?",
        ),
        (
            "size: full}",
            "size: full, control: leaky}",
            "there is no control 'leaky'; did you mean 'leaky_split'",
        ),
        ("primary: auroc", "primary: auc", "did you mean 'auroc'?"),
        ("primary: auroc", "primary: calibration_slope", "'calibration_slope' is best at 1"),
        (
            "root: data/MURA-v1.1",
            'root: "${NOT_SET_HERE}/x"',
            "the environment variable NOT_SET_HERE is not set",
        ),
        ("name: mura\n", "name: [mura\n", "not valid YAML"),
        ("confidence: 0.95", "confidence: 95", "evaluation.confidence: Input should be less than 1, not 95"),
        (
            "confidence: 0.95",
            "confidence: 'nan'",
            "g.yaml:23: evaluation.confidence: Input should be a finite",
        ),
        (
            "[0.5, 0.5, 0.5]",
            "[0.5, .nan, 0.5]",
            "g.yaml:14: feature_extraction.backbones.2.mean.1: .nan is no",
        ),
        (
            "[0.5, 0.5, 0.5]",
            "[0.5, inf, 0.5]",
            "g.yaml:14: feature_extraction.backbones.2.mean.1: Input should",
        ),
        ("seeds: [0, 1]", "seeds: [0, true]", "g.yaml:5: seeds: true and false have no meaning here"),
        ("seeds: [0, 1]", "seeds: yes", "g.yaml:5: seeds: true and false have no meaning here"),
        ("[100, 3000, full]", "[100, on]", "g.yaml:4: train_sizes: true and false have no meaning here"),
        ("size: 224", "size: no", "g.yaml:6: image.size: true and false have no meaning here"),
        (
            "root: data",
            "root: ~nosuchuser/data",
            "g.yaml:2: dataset.root: '~nosuchuser/data/MURA-v1.1' cannot be",
        ),
        ("root: data", f"root: {'x' * 300}", "cannot be a path: File name too long"),
        (
            "w.safetensors",
            "~nosuchuser/x",
            "g.yaml:12: feature_extraction.backbones.2.weights: '~nosuchuser/x' c",
        ),
        ("w.safetensors", "x" * 300, "cannot be a path: File name too long"),
        (
            "name: mura",
            "name: mlflow.db",
            "g.yaml:1: name: 'mlflow.db' is the name of another file or device",
        ),
        ("name: mura", "name: CON", "g.yaml:1: name: 'CON' is the name of another file or device"),
        ("name: mura", f"name: {'x' * 101}", "g.yaml:1: name: String should have at most 100 characters"),
        ("fit: pad", f"fit: {'p' * 50_000}", " … "),
        ("fit: pad", 'fit: "p\\e[31m\\n"', "'pU+001B[31m ' is not known"),
    ],
)
def test_a_mistake_is_named_with_its_line_key_and_way_out(grid_file, old, new, message):
    assert old in WHOLE
    said = error_of(grid_file, WHOLE.replace(old, new, 1))
    assert message in said
    assert said.startswith("g.yaml:")


def test_the_share_of_patients_is_that_of_the_size_full_alone(grid_file):
    assert read_grid(grid_file).patient_share("full") is None
    grid_file.write_text(WHOLE + "full: {resample: patients}\n")
    grid = read_grid(grid_file)
    assert [grid.patient_share(size) for size in (100, 3000, "full")] == [None, None, 0.9]


def test_nothing_to_compare_is_said(grid_file):
    assert "nothing to compare" in error_of(grid_file, "name: x\ndataset: {kind: phantom}\n")


def test_paths_may_hold_environment_variables_with_defaults(grid_file, monkeypatch, tmp_path):
    grid_file.write_text(WHOLE.replace("root: data/MURA-v1.1", 'root: "${MURA_HERE:-elsewhere}/M"'))
    assert read_grid(grid_file).dataset.root == tmp_path / "elsewhere/M"
    monkeypatch.setenv("MURA_HERE", "/data")
    assert read_grid(grid_file).dataset.root == Path("/data/M")


BUNDLED = """name: b
dataset: {kind: phantom}
feature_extraction:
  backbones: [bundled, {name: bundled, weights: random}]
  classifiers: [majority]
"""


def test_the_bundled_network_has_weights_of_its_own(grid_file):
    grid_file.write_text(BUNDLED)
    backbones = read_grid(grid_file).feature_extraction.backbones
    assert [(entry.name, entry.weights) for entry in backbones] == [
        ("bundled", "bundled"),
        ("bundled", "random"),
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{name: bundled, weights: imagenet}",
            "'bundled' has no weights 'imagenet'; allowed: bundled, random,",
        ),
        (
            "{name: resnet18, weights: bundled}",
            "'resnet18' has no weights 'bundled'; allowed: imagenet, random,",
        ),
        ("{name: bundled, weights: here.pth}", "; allowed: bundled, random, or an existing file"),
    ],
)
def test_the_bundled_weights_fit_the_bundled_network_alone(grid_file, entry, message):
    said = error_of(grid_file, BUNDLED.replace("bundled,", f"{entry},", 1))
    assert said.startswith("g.yaml:4: feature_extraction.backbones.0.weights: ")
    assert message in said


def test_a_window_is_part_of_the_cells_and_its_absence_keeps_their_ids(write_grid):
    plain = read_grid(write_grid())
    wide = read_grid(write_grid(image={"size": plain.image.size, "window": [0.5, 99.5]}))
    assert plain.image.given() == {"size": plain.image.size, "fit": "pad"}
    assert wide.image.given()["window"] == [0.5, 99.5]
    cells = [{cell.id for cell in expand(grid, {"all": 10_000})[0]} for grid in (plain, wide)]
    named = read_grid(write_grid(image={"size": plain.image.size, "fit": "pad"}))
    assert {cell.id for cell in expand(named, {"all": 10_000})[0]} == cells[0]
    assert not cells[0] & cells[1]


@pytest.mark.parametrize("window", [[99, 1], [1, 1], [-1, 99], [0, 101], [1], [1, 50, 99], "wide"])
def test_a_window_that_is_none_is_refused_in_one_line(write_grid, window):
    with pytest.raises(UserError, match=r"^.*grid\.yaml:\d+: image\.window") as caught:
        read_grid(write_grid(image={"size": 32, "window": window}))
    assert "\n" not in str(caught.value)


def test_a_grid_that_is_absurdly_large_names_the_axis_that_makes_it_so(grid_file):
    seeds = ", ".join(map(str, range(5000)))
    said = error_of(grid_file, WHOLE.replace("seeds: [0, 1]", f"seeds: [{seeds}]"))
    assert said.startswith(
        "g.yaml:5: seeds: the grid has 630,000 cells, and no more than 100,000 can be planned"
    )
    assert "here are 5,000 values" in said
    named = ", ".join(f"{{name: bundled, label: b{n}}}" for n in range(1000))
    many = f"name: b\ndataset: {{kind: phantom}}\nseeds: [{', '.join(map(str, range(200)))}]\n"
    many += f"feature_extraction:\n  backbones: [{named}]\n  classifiers: [majority]\n"
    said = error_of(grid_file, many)
    assert said.startswith("g.yaml:4: feature_extraction: the grid has 200,000 cells")
    assert "here are 1,000 methods" in said


def test_many_mistakes_are_the_first_ten_and_their_number(grid_file):
    said = error_of(
        grid_file, WHOLE.replace("seeds: [0, 1]", f"seeds: [{', '.join(['x'] * 30)}]")
    ).splitlines()
    assert len(said) == 11
    assert said[-1] == "g.yaml: and 20 more mistakes"
