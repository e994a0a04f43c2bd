"""The methods: every fact with its number, nothing that was not done, and no work that is not cited."""

import itertools
import re

import pytest

from results.methods_text import citations, methods
from results.methods_text.citations import BY_KEY

STAGE = {
    "epochs": 15,
    "optimizer": "adamw",
    "learning_rate": [1e-3],
    "backbone_learning_rate": 3e-4,
    "weight_decay": 0.05,
    "schedule": "cosine",
    "warmup_epochs": 1.0,
    "early_stopping_patience": 5,
    "trainable": "all",
}
RECIPE = {
    "stages": [STAGE],
    "resolution": None,
    "batch_size": 32,
    "loss": "bce",
    "label_smoothing": 0.0,
    "views": "image",
    "head": {"widths": [], "dropout": 0.0},
    "augmentation": {"flip": 0.5, "flip_vertical": 0.0, "rotate": 10.0, "zoom": 0.1, "border": "black"},
    "ema": 0.9,
    "validation_share": 0.2,
    "select": "loss",
}


def part(name="all", train=36808):
    return {
        "body_part": name,
        "train_patients": 11184,
        "train_studies": 13457,
        "train_images": train,
        "test_patients": 783,
        "test_studies": 1199,
        "test_images": 3197,
    }


FULL = {
    "dataset": "MURA",
    "dataset_kind": "mura",
    "protocol": "official",
    "evaluated_on": "valid",
    "parts": [part()],
    "train_sizes": [100, 3000, 10000, "full"],
    "seeds": [0, 1, 2],
    "image_size": 224,
    "image_fit": "pad",
    "frozen": [
        {"name": "densenet169", "weights": "imagenet"},
        {"name": "resnet50", "weights": "imagenet"},
        {"name": "torchvision/vgg16", "weights": "vgg.safetensors"},
    ],
    "classifiers": ["logistic_regression", "rbf_svm", "xgboost", "majority"],
    "descriptors": ["edges", "hog"],
    "descriptor_classifiers": ["logistic_regression"],
    "folds": 5,
    "fine_tuned": [{"name": "densenet169", "weights": "imagenet"}],
    "recipe": RECIPE,
    "primary": "auroc",
    "unit": "study",
    "confidence": 0.95,
    "resamples": 2000,
    "comparisons": 64,
    "family": "two backbones, eight body parts and four sizes",
    "crossover": True,
    "curve_fits": True,
    "tests": ["delong", "mcnemar", "critical_difference"],
    "controls": ["shuffled_labels", "majority"],
    "devices": ["NVIDIA H100"],
    "versions": {"python": "3.11.7", "torch": "2.15.0", "mlflow": "3.5.0"},
}


def without(*names):
    return {name: fact for name, fact in FULL.items() if name not in names}


def test_the_network_that_ships_with_the_project_is_named_for_what_it_is():
    text = methods(FULL | {"frozen": [{"name": "bundled", "weights": "bundled"}]})
    assert "bundled (weights that ship with the benchmark, pretrained on pictures drawn by formulas)" in text


def test_all_numbers_are_filled_in():
    text = methods(FULL)
    for said in (
        "MURA (Rajpurkar et al. 2017)",
        "with its valid part as the test set",
        "36,808 images of 13,457 studies of 11,184 patients, and the test set 3,197 images of 1,199 studies of 783 patients",
        "100, 3,000 and 10,000 labelled images and all labelled images of the training pool, in turn",
        "run with three seeds",
        "padded to a square of 224 × 224 pixels",
        "densenet169 and resnet50 (ImageNet weights) and vgg16 (weights of vgg.safetensors)",
        "from timm (Wightman 2019) and torchvision (TorchVision 2016) in PyTorch (Paszke et al. 2019)",
        "logistic regression, a support vector machine with a Gaussian kernel (Pedregosa et al. 2011) and gradient",
        "five folds by patient",
        "20 % of the labelled images, drawn by patient,",
        "stopped the training and chose the epoch (the lowest loss)",
        "AdamW (learning rate 0.001 for the head and 0.0003 for the backbone, weight decay 0.05, a cosine",
        "warm-up of 1 epoch)",
        "at most 15 epochs, stopped after five epochs without",
        "batches of 32 images",
        "mirroring from left to right (probability 0.5), rotation (up to 10°) and scaling (up to 10 %)",
        "AUROC) per study",
        "95 % intervals are Student's t times the standard error from 2,000 resamplings of the test patients",
        "log-odds scale",
        "family of 64 comparisons (two backbones, eight body parts and four sizes) by Holm's method (Holm 1979",
        "crossover size",
        "Friedman's and Nemenyi's tests (Demšar 2006; Terpilowski 2019)",
        "on NVIDIA H100 with Python 3.11.7 and PyTorch 2.15.0",
        "MLflow 3.5.0 (Zaharia et al. 2018)",
    ):
        assert said in text, said


def test_no_facts_no_text():
    assert methods({}) == ""
    assert citations({}) == []


@pytest.mark.parametrize(
    ("absent", "unsaid"),
    [
        ("dataset_kind", "Rajpurkar"),
        ("protocol", "split was kept"),
        ("protocol", "by patient,"),
        ("parts", "36,808"),
        ("train_sizes", "subsets"),
        ("seeds", "seed"),
        ("image_size", "224"),
        ("frozen", "frozen"),
        ("frozen", "XGBoost"),
        ("descriptors", "scikit-image"),
        ("folds", "cross-validation"),
        ("fine_tuned", "AdamW"),
        ("recipe", "AdamW"),
        ("primary", "primary"),
        ("resamples", "resamplings of"),
        ("comparisons", "Holm"),
        ("crossover", "crossover"),
        ("curve_fits", "Figueroa"),
        ("tests", "Demšar"),
        ("controls", "control"),
        ("devices", "H100"),
        ("versions", "MLflow"),
    ],
)
def test_an_absent_fact_is_not_claimed(absent, unsaid):
    assert unsaid in methods(FULL)
    assert unsaid not in methods(without(absent))


@pytest.mark.parametrize("absent", [*itertools.combinations(FULL, 1), *itertools.combinations(FULL, 2)])
def test_text_and_references_agree_whatever_is_known(absent):
    facts = without(*absent)
    text = methods(facts)
    cited = {citation.short for citation in citations(facts)}
    in_text = {name for group in re.findall(r"\(([^()]*\d{4}[^()]*)\)", text) for name in group.split("; ")}
    assert {name for name in in_text if re.search(r" \d{4}$", name)} == cited
    assert len(re.findall(r"\(Paszke", text)) <= 1, "cited where it is first named"
    assert not re.search(r"[\x02\x03]|  | \.|\.\.| ,|\(\)|None|nan", text)
    assert all(line[0].isupper() or line[0].isdigit() for line in text.split("\n\n") if line)


def test_one_of_everything_is_singular():
    text = methods(
        FULL
        | {
            "parts": [dict.fromkeys(part(), 1) | {"body_part": "XR_WRIST"}],
            "train_sizes": ["full"],
            "seeds": [0],
            "frozen": FULL["frozen"][:1],
            "comparisons": 1,
            "controls": ["majority"],
            "tests": ["delong"],
            "recipe": RECIPE | {"stages": [STAGE | {"early_stopping_patience": 1}]},
        }
    )
    for said in (
        "held 1 image of 1 study of 1 patient, and",
        "learnt from all labelled images of the training pool.",
        "one seed.",
        "The frozen network was densenet169 (ImageNet weights), from timm",
        "after one epoch without",
        "The control was",
        "DeLong's test of AUROCs (DeLong et al. 1988), which takes",
    ):
        assert said in text, said
    for unsaid in ("nested", "Holm", "mean over seeds", "torchvision"):
        assert unsaid not in text, unsaid


def test_several_body_parts_are_told_apart():
    text = methods(FULL | {"parts": [part("XR_WRIST", 9752), part("humerus", 1272), part()]})
    assert "XR WRIST, 9,752 images" in text
    assert "humerus, 1,272 images" in text
    assert "all parts, 36,808 images" in text
    assert "left out where a body part has fewer images" in text
    assert "left out where" not in methods(FULL)


@pytest.mark.parametrize(
    ("protocol", "said"), [("patient", "no patient was on both"), ("image", "results are too good")]
)
def test_other_splits(protocol, said):
    text = methods(FULL | {"protocol": protocol})
    assert said in text
    assert ("drawn by patient" in text) is (protocol == "patient")
    assert ("kept patients together" in text) is (protocol == "patient")


def test_data_sets_are_cited_by_what_they_are():
    def keys(**facts):
        return [citation.key for citation in citations(facts)]

    assert keys(dataset="PneumoniaMNIST", dataset_kind="manifest") == ["medmnist", "pneumonia"]
    assert keys(dataset="BreastMNIST", dataset_kind="manifest") == ["medmnist"]
    assert keys(dataset="our hospital's", dataset_kind="manifest") == []
    assert keys(dataset_kind="phantom") == []
    assert "of no real patient" in methods({"dataset_kind": "phantom"})


def test_what_a_recipe_leaves_out_is_not_said():
    bare = RECIPE | {
        "stages": [STAGE | {"early_stopping_patience": None, "weight_decay": 0.0, "warmup_epochs": 0.0}],
        "augmentation": {"flip": 0.0, "border": "black"},
        "ema": 0.0,
    }
    text = methods(FULL | {"recipe": bare})
    for unsaid in (
        "stopped",
        "weight decay",
        "warm-up",
        "augmented",
        "moving average",
        "averaged down",
        "dropout",
    ):
        assert unsaid not in text, unsaid
    assert "for 15 epochs." in text


def test_stages_rates_heads_and_views():
    stages = [
        STAGE | {"trainable": "head", "epochs": 10},
        STAGE | {"trainable": "last_2_blocks", "learning_rate": [0.01, 1e-4]},
    ]
    recipe = RECIPE | {
        "stages": stages,
        "views": "study",
        "head": {"widths": [256], "dropout": 0.5},
        "loss": "class_weighted_bce",
        "label_smoothing": 0.1,
        "resolution": 112,
        "select": "auroc",
    }
    text = methods(FULL | {"recipe": recipe})
    for said in (
        "In stage one, the head alone was trained by AdamW (learning rate 0.001, weight decay",
        "In stage two, the head and the last two blocks were trained by AdamW (learning rate 0.01 or 0.0001 for",
        "chose the epoch (the highest AUROC) and chose the learning rate of 0.01 and 0.0001",
        "weighted by class with label smoothing of 0.1 of the mean probability of a study's views",
        "hidden layers of 256 units and dropout of 0.5",
        "112 × 112",
    ):
        assert said in text, said


def test_a_layer_by_name():
    stage = STAGE | {"trainable": "from features.denseblock4", "backbone_learning_rate": None}
    text = methods(FULL | {"recipe": RECIPE | {"stages": [stage]}})
    assert (
        "The head and the layers from features.denseblock4 on were trained by AdamW (learning rate 0.001, "
        in text
    )


def test_another_confidence_is_said():
    text = methods(FULL | {"confidence": 0.9})
    assert "90 % intervals are Student's t times the standard error from 2,000 resamplings" in text


def test_every_work_can_be_found():
    assert len({citation.short for citation in BY_KEY.values()}) == len(BY_KEY)
    for citation in BY_KEY.values():
        assert citation.link.startswith(("doi:10.", "https://")), citation.key
        year = citation.short.split()[-1]
        assert year in citation.text, citation.key
        assert citation.short.split()[0] in citation.text or citation.key in ("skimage",), citation.key
