"""Synthetic rows for every table, as a report gives them."""

import itertools

import pytest

from results.tables.across_settings import (
    controls_table,
    ranks_table,
    spread_table,
)
from results.tables.body_parts import shrunken_table, together_table
from results.tables.cost import cost_table
from results.tables.data_set import dataset_table
from results.tables.differences import differences_table, tests_table
from results.tables.sample_size import crossover_table, fits_table
from results.tables.scores import ScoreTables
from results.tables.training import epochs_table

PARTS = ("elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist", "all")
SIZES = (100, 3000, 10000, "full")
ODD = r"b_a%c&k#b$o{n}e~^\|*`[x]--y<>"  # every sign that means something to LaTeX or Markdown
METHODS = (
    ("feature_extraction", "densenet169", "logistic_regression"),
    ("feature_extraction", "mobilenetv2_100", "rbf_svm"),
    ("hand_crafted", "combined", "xgboost"),
    ("fine_tuning", "densenet169", "end_to_end"),
)
COMPARISONS = ("fine-tuned − frozen", "fine-tuned − hand-crafted", "frozen − hand-crafted")
NUMBERS = {"metric": "auroc", "unit": "study"}


def score_rows(parts=PARTS, sizes=SIZES, methods=METHODS):
    """A row per method, body part and size; the second method is close to the best, the last one."""
    rows = []
    standings = dict.fromkeys(methods[1:2], "close") | {methods[-1]: "best"}
    for number, (part, size, method) in enumerate(itertools.product(parts, sizes, methods)):
        value = 0.7 + 0.03 * methods.index(method) + 0.001 * (number % 7)
        rows.append(
            dict(zip(("strategy", "backbone", "classifier"), method, strict=True))
            | {"body_part": part, "train_size": size, "images": 4931 if size == "full" else size, "seeds": 3}
            | {"patients": 1755 if size == "full" else size // 3 - parts.index(part)}
            | {"value": value, "low": value - 0.04, "high": value + 0.03}
            | {"standing": standings.get(method, "")}
        )
    return rows


def difference_rows(parts=PARTS, sizes=SIZES, backbones=("densenet169", "resnet50", "mean over backbones")):
    """A row per comparison, backbone, body part and size."""
    axes = itertools.product(parts, sizes, backbones, COMPARISONS)
    return [
        dict(zip(("body_part", "train_size", "backbone", "comparison"), names, strict=True))
        | {
            "first": 0.8,
            "second": 0.8 + delta,
            "difference": delta,
            "low": delta - 0.02,
            "high": delta + 0.02,
        }
        | {"p": p, "p_adjusted": p * 10, "family": 64, "training_sd": 0.01, "test_sd": 0.02}
        | {"detectable": 0.05, "margin": 0.02, "verdict": "undecided", "interim": False}
        for names, (delta, p) in zip(axes, itertools.cycle([(-0.03, 0.00004), (0.01234, 0.04)]), strict=False)
    ]


def classical_rows():
    """Two seeds of a comparison."""
    place = {"backbone": "densenet169", "body_part": "wrist", "train_size": 100}
    numbers = {"difference": 0.02, "p": 0.04, "auroc_difference": 0.02, "delong_p": 0.03}
    numbers |= {"only_first_right": 7, "only_second_right": 19, "mcnemar_p": 0.0001}
    return [{"comparison": COMPARISONS[0], **place, "seed": seed, **numbers} for seed in (0, 1)]


def history(epochs=12):
    """The epochs of a training of two stages."""
    return [
        {"epoch": epoch, "stage": epoch // 7, "learning_rate": 1e-3 / epoch, "seconds": 12.345}
        | {
            f"{part}_{name}": 0.5 + epoch / 100
            for part in ("train", "validation")
            for name in ("loss", "accuracy", "auroc")
        }
        for epoch in range(1, epochs + 1)
    ]


def count_rows(parts=PARTS):
    """Counts per body part, split and label."""
    axes = itertools.product(parts, ("train", "test"), (0, 1))
    return [
        {"body_part": part, "split": split, "label": label}
        | {"images": 3000 - 1000 * label, "studies": 900 - 600 * label, "patients": 800 - 500 * label}
        for part, split, label in axes
    ]


def cost_rows(parts=PARTS):
    """Costs of three methods."""
    return [
        {
            "strategy": strategy,
            "method": f"{backbone} · {classifier}",
            "body_part": part,
            "train_size": "full",
        }
        | {"seconds_embed": 120.5, "seconds_select": 0.25, "seconds_fit": 1234.5, "seconds_tune": None}
        | {"seconds_predict": 0.0123, "seconds_total": 1355.3, "device": "NVIDIA H100 80GB HBM3"}
        | {"peak_memory_bytes": 2_500_000_000, "energy_kwh": 0.0123, "value": 0.9}
        for part in parts
        for strategy, backbone, classifier in METHODS[:3]
    ]


def crossover_rows():
    """A crossover within the data, one before, one beyond and an undefined one."""
    ends = {"smallest": 100, "largest": 4931, "backbone": "densenet169"}
    ends |= {"zones_text": "frozen better up to 150 images, undecided from 150"}
    known = {"crossed": 1234.5, "always fine-tuned": None, "beyond the data": None, "undefined": None}
    highs = {"always fine-tuned": (100, "always fine-tuned")}
    return [
        {"body_part": part, **ends, "value": value, "status": status, "sign_changes": 1}
        | {"low": value, "low_status": status}
        | dict(zip(("high", "high_status"), highs.get(status, (None, "beyond the data")), strict=True))
        for part, (status, value) in zip(PARTS, known.items(), strict=False)
    ]


def fit_rows(parts=PARTS):
    """A fitted and an unfitted curve per body part, by two laws."""
    rows = []
    laws = {"power law": (0.95, 0.0012, 0.91), "exponential": (0.93, 0.0024, 0.9)}
    for part, method, law in itertools.product(parts, METHODS[:2], laws):
        fitted = method == METHODS[0]
        asymptote, residual, value = laws[law]
        numbers = {"asymptote": asymptote, "scale": 1.2, "shape": 0.4, "residual": residual}
        about = numbers if fitted else dict.fromkeys(numbers)
        about |= {"checked": False, "reason": None if fitted else "the values do not grow with the size"}
        for size in (100, 3000, 4931, 9862, 49310):
            bounds = {"value": value, "low": value - 0.03, "high": value + 0.02, "extrapolated": size > 4931}
            axes = dict(zip(("strategy", "backbone", "classifier"), method, strict=True))
            shown = bounds if fitted else dict.fromkeys(bounds)
            place = {"body_part": part, **axes, "law": law, "size": size}
            rows.append({**place, "measured": 0.9 if size <= 4931 else None, **shown, **about})
    return rows


def ranks():
    """Three methods in two overlapping groups."""
    return {
        "blocks": 12,
        "blocks_left_out": 0,
        "average_ranks": {"fine-tuned": 1.25, "rbf svm": 1.75, "xgboost": 3.0},
        "friedman": {"statistic": 12.5, "p": 0.0002},
        "nemenyi": {},
        "critical_difference": 1.3,
        "groups": [["fine-tuned", "rbf svm"], ["rbf svm", "xgboost"]],
        "limits": ["blocks share test and training patients"],
        "reason": None,
    }


def together_rows():
    """A size whose parts can be combined, and one where they cannot."""
    numbers = {"parts": 7, "mean": 0.02, "low": -0.01, "high": 0.05, "new_low": -0.05, "new_high": 0.09}
    numbers |= {"tau": 0.02, "q": 9.1, "p": 0.17, "i2": 0.34}
    known = {"backbone": "densenet169", "train_size": 100, **numbers, "reason": None}
    return [known, known | dict.fromkeys(numbers) | {"train_size": 3000, "reason": "one seed shows nothing"}]


def shrunken_rows(parts=PARTS[:4]):
    """One size."""
    alone = {"difference": 0.05, "low": -0.02, "high": 0.12}
    others = {"shrunken": 0.03, "shrunken_low": -0.01, "shrunken_high": 0.07}
    place = {"backbone": "densenet169", "train_size": 100}
    return [{**place, "body_part": part, **alone, **others} for part in parts]


def spread_rows():
    """A method and a comparison."""
    sds = {"training_sd": 0.01, "test_sd": 0.015, "error": None}
    axes = {"backbone": "densenet169", "body_part": "wrist", "train_size": 100, "seeds": 3, "value": 0.85}
    names = "frozen · densenet169 · chosen", COMPARISONS[0]
    return [{"method": name, **axes, **sds} for name in names]


def control_rows():
    """A control of a method, and one that is a method of its own."""
    place = {"body_part": "wrist", "train_size": 100}
    return [
        {"control": "shuffled_labels", "method": "densenet169 · rbf_svm", **place}
        | {"value": 0.503, "low": 0.45, "high": 0.55, "own_value": 0.9},
        {"control": "majority", "method": "majority", **place}
        | {"value": 0.5, "low": 0.5, "high": 0.5, "own_value": None},
    ]


def every_table(part="wrist", backbone="resnet50"):
    """Every table there is, one of them with these names."""
    own = score_rows(parts=(part, "hand"), methods=[*METHODS, ("fine_tuning", backbone, "end_to_end")])
    whole = ScoreTables(score_rows(), **NUMBERS)
    test = {
        "accuracy": {"value": 0.81, "low": 0.78, "high": 0.84},
        "auroc": {"value": None, "low": None, "high": None},
    }
    return [
        ScoreTables(own, **NUMBERS).main(),
        *whole.per_part(),
        *whole.per_size(),
        differences_table(difference_rows(), **NUMBERS),
        tests_table(classical_rows(), **NUMBERS),
        epochs_table(history(), "epochs_short", f"{backbone}, {part}", kept=9, test=test),
        epochs_table(history(60), "epochs_long", "densenet169, wrist"),
        dataset_table(count_rows()),
        cost_table(cost_rows(), **NUMBERS),
        crossover_table(crossover_rows()),
        fits_table(fit_rows(), **NUMBERS),
        ranks_table(ranks()),
        together_table(together_rows(), **NUMBERS),
        shrunken_table(shrunken_rows(), **NUMBERS),
        spread_table(spread_rows(), **NUMBERS),
        controls_table(control_rows(), **NUMBERS),
    ]


@pytest.fixture(scope="session")
def tables():
    """Every table there is, with odd names among the usual ones. Do not change them."""
    return every_table(part=ODD, backbone=ODD)


@pytest.fixture
def printed():
    """A table's cells as text, by title: one mapping per row; the title's lines in one."""

    def texts(table):
        titles = [title.replace("\n", " ") for title in table.titles]
        return [dict(zip(titles, (cell.text for cell in row), strict=True)) for row in table.rows]

    return texts
