"""The methods text for each kind of grid: what was done with its numbers, and nothing that was not done."""

import re

import jinja2
import pytest

from benchmark.grid.schema import Grid
from results.methods_text import methods, references
from results.metric import Metric
from results.metrics import METRICS, brier_score

FROZEN = {
    "backbones": ["densenet169", "resnet50", "torchvision/vgg16"],
    "classifiers": ["logistic_regression", "rbf_svm", "xgboost", "majority"],
}
CRAFTED = {"descriptors": ["edges", "hog"], "classifiers": ["logistic_regression"]}
NOTHING = {
    "comparisons": 0,
    "together": False,
    "crossover": False,
    "curve_fits": False,
    "localisation": None,
    "tests": [],
    "controls": [],
    "devices": [],
}


SECTIONS = {"frozen": "feature_extraction", "adapted": "adaptation", "tuned": "fine_tuning"}
LIBRARIES = {"torchvision": "torchvision2016", "timm": "wightman2019timm"}


def networks_of(section):
    """The networks of a section of the grid, as the facts hold them."""
    found = []
    for entry in section.backbones if section else []:
        name = entry.name.removeprefix("torchvision/")
        library = "timm" if name == entry.name else "torchvision"
        words = {"imagenet": "ImageNet weights", "random": "random weights"}
        words["bundled"] = "weights that ship with the benchmark, pretrained on pictures drawn by formulas"
        weights = words.get(entry.weights, f"weights of {entry.weights.rpartition('/')[2]}")
        network = {"name": name, "weights": weights, "library": library, "citation": LIBRARIES[library]}
        found.append(network)
    return found


def recipes_of(section, sizes):
    """The recipes as the facts hold them; `full` has 36,808 images."""
    images = [36808 if size == "full" else size for size in sizes]
    return [
        recipe.model_dump(mode="json")
        | {"name": name, "stages": [stage.model_dump(mode="json") for stage in recipe.each_stage()]}
        | {"by_folds": any(recipe.uses_folds(size) for size in images)}
        | {"by_part": not all(recipe.uses_folds(size) for size in images)}
        for name, recipe in (section.named_recipes.items() if section else ())
    ]


def budget(methods, configurations, folds, fits, refitted=True):
    names = ("methods", "configurations", "folds", "fits", "refitted")
    return dict(zip(names, (methods, configurations, folds, fits, refitted), strict=True))


def budgets_of(grid):
    tuned = grid.fine_tuning is not None
    return {
        "classifiers": budget(3, 27, 5, 138) if grid.feature_extraction else None,
        "few": budget(1, 1, 5, 6) if tuned else None,
        "many": budget(1, 1, 0, 1, False) if tuned else None,
    }


def part(name="all", train=36808):
    counts = {"train_patients": 11184, "train_studies": 13457, "train_images": train}
    return {"body_part": name, **counts, "test_patients": 783, "test_studies": 1199, "test_images": 3197}


def facts(protocol="official", kind="mura", recipe="default", **changes):
    """The facts of a grid with everything; `changes` are of the grid or of the facts."""
    content = {
        "name": "study",
        "dataset": {"kind": kind, "protocol": protocol} | ({"root": "/data"} if kind == "mura" else {}),
        "train_sizes": [100, 3000, 10000, "full"],
        "seeds": [0, 1, 2],
        "feature_extraction": FROZEN,
        "hand_crafted": CRAFTED,
        "fine_tuning": {"backbones": ["densenet169"], "recipe": recipe},
    }
    of_grid = [name for name in changes if name in Grid.model_fields and name not in ("dataset", "controls")]
    content |= {name: changes.pop(name) for name in of_grid}
    grid = Grid.model_validate({name: value for name, value in content.items() if value is not None})
    return {
        "leaky": False,
        "grid": grid.model_dump(mode="json"),
        "dataset": {"name": "MURA", "citation": "rajpurkar2018mura"},
        "evaluated_on": "valid",
        "parts": [part()],
        **{name: networks_of(getattr(grid, section)) for name, section in SECTIONS.items()},
        "recipes": recipes_of(grid.fine_tuning, grid.train_sizes),
        "adaptations": recipes_of(grid.adaptation, grid.train_sizes),
        "budgets": budgets_of(grid),
        "folds": 5,
        "others": [],
        "by_skimage": True,
        "labels": {"edges": "edges", "hog": "histograms of gradients"},
        "classifiers": {
            "logistic_regression": {
                "label": "logistic regression",
                "method": "It had a penalty.",
                "citations": [],
            },
            "rbf_svm": {
                "label": "RBF SVM",
                "method": "It had a kernel.",
                "citations": ["pedregosa2011sklearn"],
            },
            "xgboost": {"label": "XGBoost", "method": "It had trees.", "citations": ["chen2016xgboost"]},
        },
        "cells": {"planned": 128, "finished": 128},
        "interim": False,
        "comparisons": 64,
        "together": True,
        "crossover": True,
        "curve_fits": True,
        "localisation": {"images": 80, "patients": 40},
        "tests": ["delong", "mcnemar", "critical_difference"],
        "controls": ["shuffled_labels", "majority"],
        "devices": ["NVIDIA H100"],
        "versions": {"python": "3.11.7", "torch": "2.15.0", "mlflow": "3.5.0"},
    } | changes


MAJORITY = {"backbones": ["densenet169"], "classifiers": ["majority"]}
ADAPTED = {"backbones": ["densenet169"], "methods": ["attentive_probe", "lora", "bitfit", "norm", "last_2"]}
GRIDS = {
    "three ways": facts(adaptation=ADAPTED),
    "adapted alone": facts(
        adaptation={**ADAPTED, "methods": ["last_1"]},
        fine_tuning=None,
        hand_crafted=None,
        train_sizes=["full"],
    ),
    "probed alone": facts(adaptation={**ADAPTED, "methods": ["attentive_probe"]}, fine_tuning=None),
    "everything": facts(),
    "frozen": facts(hand_crafted=None, fine_tuning=None, **NOTHING),
    "majority": facts(feature_extraction=MAJORITY, hand_crafted=None, fine_tuning=None, **NOTHING),
    "hand-crafted": facts(feature_extraction=None, fine_tuning=None, **NOTHING),
    "fine-tuned": facts(feature_extraction=None, hand_crafted=None, seeds=[0], train_sizes=["full"]),
    "phantom": facts(kind="phantom", dataset={"name": "", "citation": ""}),
    "by image": facts(protocol="image"),
    "by patient": facts(protocol="patient", evaluated_on=""),
    "two stages": facts(recipe="probe_then_tune"),
    "parts": facts(parts=[part("left_wrist", 9752), part("*humerus*", 1272), part()]),
}


def written(**changes):
    return methods(facts(**changes)).text


def assert_says(text, *sentences):
    for sentence in sentences:
        assert sentence in text, sentence


def assert_silent(text, *words):
    for word in words:
        assert word not in text, word


@pytest.mark.parametrize("name", GRIDS)
def test_the_text_and_its_references_agree(name):
    text, keys = methods(GRIDS[name])
    groups = re.findall(r"\(([^()]* \d{4})\)", text)
    in_text = [work for group in groups for work in group.split("; ")]
    assert in_text == [references()[key].short for key in keys]
    assert len(set(keys)) == len(keys), "each where it is first cited"


@pytest.mark.parametrize("name", GRIDS)
def test_sentences_are_whole(name):
    text = methods(GRIDS[name]).text
    assert not re.search(r"  | [.,;)]|\.\.|,,|\( |\(\)|None|nan|_|\{|\[", text)
    for paragraph in text.split("\n\n"):
        assert paragraph.endswith(".")
        for sentence in re.split(r"\. ", paragraph):
            assert re.match(r"[A-Z0-9]|al|[a-z-]+ \d{4}", sentence), sentence


def test_the_data():
    text = written()
    assert_says(
        text,
        "The data set was MURA (Rajpurkar et al. 2017). The data set's own split was kept, with its valid part as the test set.",
        "held 36,808 images of 13,457 studies of 11,184 patients, and the test set 3,197 images of 1,199 studies of 783 patients.",
        "100, 3,000 and 10,000 labelled images and all labelled images of the training pool, in turn.",
        "were nested, held body parts and labels in proportion, kept patients together and were the same for every method.",
        "run with three seeds; a seed draws the subset of training images and the random numbers of a fit.",
        "Where all images are used, all seeds have the same ones.",
        "padded to a square of 224 × 224 pixels.",
    )
    assert_silent(text, "left out")


def test_frozen_networks_and_descriptors():
    text = written()
    assert_says(
        text,
        "The frozen networks were densenet169, resnet50 and vgg16 (ImageNet weights), from timm (Wightman 2019) and torchvision (TorchVision 2016) in PyTorch (Paszke et al. 2019);",
        "by logistic regression, RBF SVM (Pedregosa et al. 2011) and XGBoost (Chen & Guestrin 2016).",
        "The hand-crafted descriptors were edges and histograms of gradients, by scikit-image",
        "The descriptors were classified by logistic regression.",
        "five folds by patient, stratified by label",
        "sigmoid (Platt 2000) fitted to the decision values of the cross-validation's held-out images and the network's log odds of the images held out from it, so that the means over the views of a study are calibrated; from the same studies comes",
        "largest sum of sensitivity and specificity (Youden 1950)",
    )
    assert_silent(text, "majority")


def test_weights_are_named_for_what_they_are(tmp_path):
    file = tmp_path / "my_vgg.pt"
    file.touch()
    backbones = [
        "bundled",
        {"name": "resnet18", "weights": "random"},
        {"name": "vgg16", "weights": str(file)},
    ]
    text = written(feature_extraction=FROZEN | {"backbones": backbones}, fine_tuning=None)
    assert_says(
        text,
        "bundled (weights that ship with the benchmark, pretrained on pictures drawn by formulas), resnet18 (random weights) and vgg16 (weights of my\\_vgg.pt), from timm",
    )
    assert_silent(text, str(tmp_path), "torchvision")


def test_fine_tuning():
    assert_says(
        written(),
        "The network that was fine-tuned is densenet169 (ImageNet weights)",
        "With fewer than 1,000 labelled images, the learning rate (0.001, 0.0003 or 0.003) and the number of epochs were chosen in a cross-validation within them (five folds by patient, those of the classifiers, fewer where a class is small): every fold was trained to the end, and those with the lowest loss, averaged over folds, were taken; the network was then refitted to all labelled images, with as many updates of its weights as a fold had had by then.",
        "With more, 20 % of the labelled images, drawn by patient, were the validation part, which stopped the training, chose the epoch (the lowest loss) and chose the learning rate (0.001, 0.0003 or 0.003);",
        "learnt from the others and was not refitted on all labelled images. All weights",
        "All weights were trained by AdamW (learning rate 0.001, 0.0003 or 0.003 for the head and 0.3 times that for the backbone, weight decay 0.05, a cosine schedule after a warm-up of 1 epoch), for at most 15 epochs or as many more as make 500 updates, with a validation part stopped after five epochs without a better one.",
        "The searches of a network were, frozen, at most 27 settings of three classifiers (138 fits) and, fine-tuned, one learning rate of one recipe with every epoch as a candidate (6 trainings with the fewest images, 1 with the most). Both sides chose within the same labelled images and folds; the budgets are equal in this sense, not in the number of fits. Both were refitted on all labelled images where folds chose; elsewhere only the classifiers were.",
        "The loss was the binary cross-entropy, in batches of 32 images.",
        "moving average of the weights (decay 0.9 per update)",
        "mirroring from left to right (probability 0.5), rotation (up to 10°), shifts (up to 5 %), scaling (up to 10 %),",
    )


def test_what_a_recipe_leaves_out_is_not_written():
    text = written(recipe={"early_stopping_patience": None, "weight_decay": 0.0})
    assert_says(
        text, "All weights were trained by AdamW (learning rate 0.001, a cosine schedule), for 15 epochs."
    )
    assert_says(text, "The learning rate was fixed beforehand.")
    assert_silent(
        text, "stopped", "weight decay", "warm-up", "augmented", "moving average", "averaged down", "dropout"
    )


def test_stages_rates_heads_and_views():
    stages = [
        {"trainable": "head", "epochs": 10},
        {"trainable": "last_2_blocks", "learning_rate": [0.01, 1e-4]},
        {"trainable": {"from": "layer_4.conv"}, "optimizer": "sgd"},
    ]
    recipe = {
        "backbone_learning_rate": 3e-4,
        "stages": stages,
        "views": "study",
        "head": {"widths": [256], "dropout": 0.5},
        "loss": "class_weighted_bce",
        "label_smoothing": 0.1,
        "resolution": 112,
        "select": "auroc",
    }
    text = written(recipe=recipe)
    assert_says(
        text,
        "In stage one, the head alone was trained by AdamW (learning rate 0.001, weight decay",
        "In stage two, the head and the last two blocks were trained by AdamW (learning rate 0.01 or 0.0001 for the head and 0.03 times that for the backbone",
        "In stage three, the head and the layers from layer\\_4.conv on were trained by SGD with Nesterov",
        "the learning rate (0.01 or 0.0001) and the number of epochs were chosen in a cross-validation",
        "those with the highest AUROC, averaged over folds, were taken",
        "chose the epoch (the highest AUROC) and chose the learning rate (0.01 or 0.0001);",
        "cross-entropy weighted by class with label smoothing of 0.1 of the mean probability of a study's views, in batches of whole studies with about 32 images.",
        "The head had hidden layers of 256 units and dropout of 0.5 before its output.",
        "averaged down to 112 × 112 pixels",
    )
    assert_silent(text, "fixed beforehand")


def test_statistics():
    assert_says(
        written(),
        "the area under the ROC curve (AUROC) per study, whose probability is the mean of its views'.",
        "2,000 resamplings of the test patients with replacement: a cluster bootstrap by patient (Efron & Tibshirani 1993)",
        "95 % intervals are the estimate ± Student's t times the standard error, with as many degrees of freedom as there are test patients of the rarer label, less one, on the log-odds scale between the metric's limits.",
        "are correlated (Obuchowski 1997).",
        "A value on a limit has a one-sided bound (Hanley & Lippman-Hand 1983).",
        "The variance of a mean over S seeds is the sum of two parts, as for readers who read the same cases (Obuchowski & Rockette 1995): the variance between the seeds, divided by S, and the covariance of two seeds over test patients.",
        "with S − 1 and with patients − 1 degrees of freedom, and the half width",
        "of both half widths (Cochran 1964).",
        "the first part shows only how fits vary, and results are conditional on this training set.",
        "paired by patient, and on those seeds alone that both methods have. The interval of a difference is put together from those of its two sides (Zou & Donner 2008)",
        "A difference was tested two-sided against zero; p-values agree with the intervals.",
        "within a margin of ±0.02 was tested by two one-sided tests (Schuirmann 1987), and, as a frozen network costs less, that freezing is worse than fine-tuning by less than the margin by one of them (non-inferiority).",
        "The p-values of each of these tests were adjusted over the family of 64 comparisons of fine-tuned with frozen",
        "that the grid plans, finished or not, by Holm's method (Holm 1979). The familywise error rate of each is held at α = 0.05. The intervals beside the verdicts are not adjusted.",
        "A comparison is called equal where it is shown to be within the margin, be it zero or not; else",
        "would detect with 80 % power.",
        "the variance between parts by Paule and Mandel (Paule & Mandel 1982; Seabold & Perktold 2010)",
        "a common effect (Röver et al. 2015)",
        "another part (Higgins et al. 2009), which holds less often than it says where parts are few",
        "Welch's method (Welch 1951), with the standard errors of training subsets and test patients",
        "largest deviation of the resamplings (Montiel Olea & Plagborg-Møller 2019)",
        "one side is called better, elsewhere it is undecided.",
        "its interval is the percentile interval of the crossovers in the same resamplings of patients and seeds",
        "a power law (Figueroa et al. 2012) and an exponential, were fitted to learning curves by least squares",
        "given as the range of both laws, as the data do not tell which one holds there (Viering & Loog 2023)",
        "DeLong's test of AUROCs (DeLong et al. 1988) and McNemar's test of errors (McNemar 1947), which treat studies as independent",
        "Friedman's and Nemenyi's tests (Demšar 2006; Terpilowski 2019). This describes the pool of methods and judges no pair:",
        "The controls were labels that were shuffled over the studies before training and testing and the share of",
        "Everything was computed on NVIDIA H100 with Python 3.11.7 and PyTorch 2.15.0.",
        "recorded with MLflow 3.5.0 (Zaharia et al. 2018).",
    )


def test_maps_that_were_compared_with_known_places():
    text = written()
    assert_says(
        text,
        "mapped in the 80 test images of 40 patients in which the place of the abnormality is known",
        "for XGBoost, Shapley values of the features (Lundberg et al. 2020) spread over the places",
        "by the pointing game (Zhang et al. 2018)",
        "networks with random weights (Adebayo et al. 2018)",
    )
    assert_silent(written(localisation=None), "mapped", "pointing game")
    linear = {"backbones": ["densenet169"], "classifiers": ["logistic_regression"]}
    assert_silent(written(feature_extraction=linear), "Shapley")


def test_other_settings_of_the_evaluation():
    text = written(evaluation={"confidence": 0.9, "unit": "image", "primary": "cohens_kappa"})
    assert_says(
        text, "primary metric was Cohen's kappa per image.", "90 % intervals", "α = 0.1.", "treat images as"
    )


def test_the_margin_is_that_of_the_grid():
    assert_says(written(evaluation={"margin": 0.01}), "within a margin of ±0.01 was")


def test_one_seed_claims_nothing_of_methods():
    text = written(seeds=[4])
    assert_says(text, "With one seed, intervals and tests are conditional on these trained networks:")
    assert_says(text, "so that nothing is claimed of the methods.", "in the same resamplings, those beyond")
    assert_silent(
        text, "margin", "Cochran", "conditional on this training set", "seeds alone", "other training subsets"
    )


def test_all_parts_come_before_the_body_parts():
    text = written(body_parts=["all", "wrist"])
    assert_says(
        text,
        "finished or not, by the inheritance procedure (Goeman & Finos 2012; Bretz et al. 2009): the comparison over all parts",
    )
    assert_says(
        text,
        "passes its level on to the body parts of the same size. The familywise error rate of each is held at α = 0.05.",
    )
    assert_silent(text, "Holm")
    for parts in (["all"], ["elbow", "wrist"]):
        assert_silent(written(body_parts=parts), "inheritance", "Goeman")


def test_an_unfinished_grid_is_an_interim_look():
    text = written(interim=True, cells={"planned": 1280, "finished": 64})
    assert_says(text, "This is an interim look: 64 of the 1,280 planned cells are finished.")
    assert_silent(written(), "interim")


def test_a_metric_without_limits(monkeypatch):
    metric = Metric("log_loss", "log loss", brier_score, (0.0, float("inf")))
    monkeypatch.setitem(METRICS, "log_loss", metric)
    changed = facts()
    changed["grid"]["evaluation"]["primary"] = "log_loss"
    text = methods(changed).text
    assert_says(
        text,
        "primary metric was log loss per study",
        "on the metric's own scale. The seeds",
        "both methods have. A difference was tested",
    )
    assert_silent(text, "log-odds scale", "on a limit", "Zou")


def test_what_was_not_done_is_not_written():
    frozen = methods(GRIDS["frozen"]).text
    assert_silent(
        frozen, "fine-tun", "AdamW", "validation part", "descriptors", "scikit-image", "two-sided", "Holm"
    )
    assert_silent(
        frozen, "crossover", "Body parts were combined", "power law", "DeLong", "Friedman", "control", "H100"
    )
    tuned = methods(GRIDS["fine-tuned"]).text
    assert_silent(tuned, "frozen features", "cross-validation", "subsets were", "mean over seeds", "nested")
    assert_silent(methods(GRIDS["hand-crafted"]).text, "frozen", "PyTorch (", "timm")
    assert_silent(methods(GRIDS["majority"]).text, "classified", "Hyperparameters", "sigmoid")


def test_one_of_everything_is_singular():
    text = written(
        parts=[dict.fromkeys(part(), 1) | {"body_part": "wrist"}],
        train_sizes=["full"],
        seeds=[0],
        feature_extraction={"backbones": ["densenet169"], "classifiers": ["logistic_regression"]},
        comparisons=1,
        controls=["majority"],
        tests=["delong"],
        recipe={"early_stopping_patience": 1},
    )
    assert_says(
        text,
        "The training pool (wrist) held 1 image of 1 study of 1 patient, and",
        "learnt from all labelled images of the training pool.",
        "one seed; a seed draws the random numbers of a fit.",
        "The frozen network was densenet169 (ImageNet weights), from timm",
        "after one epoch without",
        "The control was",
        "(DeLong et al. 1988), which treats",
    )
    assert_silent(text, "nested", "Holm", "mean over seeds", "all seeds", "seeds that both", "torchvision")


@pytest.mark.parametrize(
    ("sizes", "learnt"),
    [(["full"], "learnt from the"), ([100, "full"], "learnt from 100 labelled images and the")],
)
def test_a_share_of_the_patients_that_each_seed_draws_is_said(sizes, learnt):
    text = written(train_sizes=sizes, full={"resample": "patients", "share": 0.9})
    assert_says(
        text,
        f"{learnt} labelled images of 90 % of the patients of the training pool",
        "a seed draws the subset of training images and",
        "The largest subset of a seed, too, is drawn: whole patients, without replacement.",
    )
    assert_silent(text, "all labelled images of the training pool", "all seeds have the same")


def test_several_body_parts_are_told_apart():
    assert_says(
        methods(GRIDS["parts"]).text,
        "Per body part there were: left wrist, 9,752 images",
        "\\*humerus\\*, 1,272 images",
        "all parts, 36,808 images of 13,457 studies of 11,184 patients for training and 3,197 images",
        "left out where a body part has fewer images",
    )


def test_other_splits():
    by_patient, by_image = methods(GRIDS["by patient"]).text, methods(GRIDS["by image"]).text
    assert_says(by_patient, "no patient was on both sides", "kept patients together", "drawn by patient,")
    assert_says(
        by_image, "results are too good", "folds by image", "20 % of the labelled images were the validation"
    )
    assert_silent(by_image, "drawn by patient", "kept patients together")


@pytest.mark.parametrize("protocol", ["official", "patient"])
def test_patients_on_both_sides_are_admitted(protocol):
    text = methods(facts(protocol=protocol, leaky=True)).text
    assert_says(text, "Some patients are on both sides of the split, so that results are too good")
    assert_silent(text, "no patient was on both sides")
    assert_silent(methods(facts(protocol=protocol)).text, "Some patients are on both sides")


def test_the_data_set_is_cited_as_its_manifest_asks():
    def of(name, citation):
        return methods(facts(dataset={"name": name, "citation": citation}))

    known = of("PneumoniaMNIST", "yang2023medmnist, kermany2018pneumonia")
    assert "The data set was PneumoniaMNIST (Yang et al. 2023; Kermany et al. 2018)." in known.text
    assert known.keys[:2] == ["yang2023medmnist", "kermany2018pneumonia"]
    assert "The data set was ours (Doe 2024, \\*in press\\*)." in of("ours", "Doe 2024, *in press*").text
    assert "The data set was ours." in of("ours", "").text
    assert of("", "").text.startswith("The data set's own split was kept")
    assert methods(GRIDS["phantom"]).text.startswith("The images were phantoms that the software draws")


def test_a_missing_fact_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="tests"):
        methods({name: fact for name, fact in facts().items() if name != "tests"})


def test_what_other_packages_add_is_described_and_credited_to_none():
    text = methods(facts(others=["The brightness was compared."], by_skimage=False)).text
    assert_says(text, "The brightness was compared.", "edges and histograms of gradients.")
    assert "scikit-image" not in text


def test_each_recipe_is_described():
    recipes = {"full": "default", "last": {"preset": "default", "trainable": "last_1_blocks"}}
    text = written(fine_tuning={"backbones": ["densenet169"], "recipes": recipes})
    assert_says(
        text,
        "By the recipe full: with fewer than 1,000 labelled images, the learning rate (0.001, 0.0003 or 0.003) and",
        "By the recipe last:",
        "Of the recipes, the one with the highest AUROC in these choices was taken for each network, body part, size and seed;",
    )


def test_a_minimum_of_updates_and_few_images():
    text = written(recipe={"preset": "default", "min_updates": 1200}, train_sizes=[100])
    assert_says(
        text,
        "The learning rate (0.001, 0.0003 or 0.003) and the number of epochs were chosen in a cross-validation within them",
        "for 15 epochs or as many more as make 1,200 updates.",
    )
    assert_silent(text, "validation part", "stopped")


def test_other_folds_than_those_of_the_classifiers_are_not_called_theirs():
    text = written(recipe={"folds": 3})
    assert_says(text, "(three folds by patient, fewer where a class is small)")
    assert_silent(text, "those of the classifiers")


def test_a_window_of_grey_values_is_told():
    assert "Grey values" not in written()
    told = written(image={"window": [0.5, 99.5]})
    assert "Grey values were stretched from percentile 0.5 to percentile 99.5 of each image." in told


def test_each_method_of_adaptation_is_a_sentence_with_its_source():
    text = methods(GRIDS["three ways"]).text
    assert_says(
        text,
        "The network that was adapted is densenet169 (ImageNet weights)",
        "all others kept their pretrained values, with the running statistics of batch normalisation.",
        "By LoRA (Hu et al. 2021), matrices and kernels were changed by the product of two matrices of rank "
        "eight, scaled by 2, which is zero at the start",
        "By BitFit (Ben Zaken et al. 2022), the biases were trained.",
        "the scales and shifts of normalisation layers were trained (Frankle et al. 2021).",
        "By the method last 2, the last two blocks were trained (Yosinski et al. 2014).",
        "These parameters were trained by AdamW (learning rate 0.003, 0.001 or 0.01, weight decay 0.05,",
        "Of the methods of adaptation, the one with the highest AUROC in these choices was taken",
        "comparisons of frozen, adapted and fine-tuned networks with one another",
        "one of the two is called better where zero is rejected",
    )


def test_one_method_of_adaptation_without_fine_tuning():
    text = methods(GRIDS["adapted alone"]).text
    assert_says(
        text,
        "the last block was trained (Yosinski et al. 2014)",
        "comparisons of adapted with frozen networks",
    )
    assert_silent(text, "BitFit", "LoRA", "Of the methods of adaptation", "fine-tuned networks with")
    trained_otherwise = facts(adaptation={**ADAPTED, "recipe": {"preset": "adapt", "batch_norm": "train"}})
    assert_silent(methods(trained_otherwise).text, "with the running statistics of batch")
