"""The page that says how recipes of fine-tuning compare, every number from its rows."""

from itertools import pairwise

import pandas as pd

from classifiers.fine_tuning.recipes import PRESETS
from results.methods_text.words import spelt
from tests.validity.markdown import table

INTRODUCTION = """# Recipes of fine-tuning, measured

How long to train, at which learning rate, and does searching rates pay? The answer must not come from a test set that
a report shows. So these are phantoms (difficulty 0 and 0.4) and PneumoniaMNIST's *training part*, tested on its
*validation part*; its test part is not touched. The network is the bundled one, at so many pixels a side: {sides}. Each
row is what a cell of a grid does: {folds} folds choose the epoch, the network is refitted on all N (at 1,000 images and
more: one validation part, which also stops early, and no refit). *Epochs* names the recipe `default` with that many of
them, `probe_then_tune` the preset, both without `min_updates`; the backbone of `default` has 0.3 times the head's rate.
AUROC is per study, the mean over seeds; ± is the standard deviation over seeds, which draw the N images. Seconds are of
a machine that others used at the same time. Written by `python -m tests.validity.recipes` from
`tests/validity/measured/recipes.csv`, {count} fine-tunings in {minutes:.0f} minutes; a
row with one seed has no ±."""
_RATE = 1e-3
LONGER = """## Do more updates pay?

The longer schedule minus the shorter one at the rate 0.001, AUROC on the test images, per seed."""
CHOICE = """## Does searching rates pay?

Where a schedule was run at three rates or more: the rate that training folds (or the validation part) choose by the
lowest loss, and the AUROC on the test images that it gives minus that of each fixed rate, per seed."""
TAKEN = """## What was taken from it

The preset `default` searches the rates {rates} (the first is the one that it had) and makes at least {updates:,}
updates in each stage, as BiT-HyperRule (Kolesnikov et al. 2020) does for small sets: with 1,000 images the longer
schedule was better, most of all on phantoms; with 100 images of PneumoniaMNIST 60 epochs were better than 8, and 200 about
as good as 60: 200 epochs of 100 images are about 600 updates, so that is what the minimum makes (the folds take an epoch long before the end, so that more epochs cost time and do no harm). 100 images of
a phantom teach next to nothing by any recipe. {seeds} Not measured: three rates at the length of the preset. With
100 images the rates differ by no more than seeds do; they are searched there too, since with 1,000 images and more the
validation part found the best one, or one within .003 of it, each time, and one preset should do for a whole learning curve. `probe_then_tune` was no better than the
long schedule; it has the same minimum in its second stage. A grid that must be cheap says `learning_rate: 0.001` and a
smaller `min_updates`."""


def page(found: pd.DataFrame, sides: str, folds: int) -> str:
    """docs/recipes.md."""
    found = found.assign(images=found["trained_on"])
    minutes = found["seconds"].sum() / 60
    parts = [INTRODUCTION.format(sides=sides, folds=folds, count=len(found), minutes=minutes)]
    parts.append("## Recipes")
    parts.append(table(_recipes(found)))
    for text, rows in ((LONGER, _longer(found)), (CHOICE, _choice(found))):
        if len(rows):
            parts += [text, table(rows)]
    preset = PRESETS["default"]
    rates = ", ".join(f"{rate:g}" for rate in preset["learning_rate"])
    counts = found.groupby(["data", "trained_on", "recipe", "rate"]).size()
    few = f"No row has more than {spelt(int(counts.max()), 'seed')}: read the differences with that in mind."
    parts.append(TAKEN.format(rates=rates, updates=preset["min_updates"], seeds=few))
    return "\n\n".join(parts) + "\n"


def _recipes(found: pd.DataFrame) -> pd.DataFrame:
    rows = []
    groups = found.groupby(["data", "trained_on", "recipe", "rate"], sort=False)
    for (data, images, recipe, rate), group in groups:
        row = {
            "data": data,
            "images (patients)": f"{images:,} ({group['patients'].mean():.0f})",
            "recipe": recipe,
            "rate": f"{rate:g}",
            "seeds": len(group),
            "AUROC": _mean(group["auroc"]),
            "in training folds": f"{group['selection_auroc'].mean():.3f}",
            "epoch taken": f"{group['best_epoch'].mean():.0f} of {group['epochs'].max()}",
            "updates": f"{group['updates'].mean():.0f}",
            "Brier": f"{group['brier'].mean():.3f}",
            "seconds": f"{group['seconds'].mean():.0f}",
        }
        rows.append(((data, images), row))
    order = {key: place for place, key in enumerate(dict.fromkeys(key for key, _ in rows))}
    return pd.DataFrame([row for key, row in sorted(rows, key=lambda pair: order[pair[0]])])


def _longer(found: pd.DataFrame) -> pd.DataFrame:
    rows = []
    at = found[found["recipe"].str.endswith(" epochs") & (found["rate"] == _RATE)]
    for (data, images), group in at.groupby(["data", "images"], sort=False):
        wide = group.pivot(index="seed", columns="recipe", values="auroc")
        lengths = sorted(wide.columns, key=lambda recipe: int(recipe.split()[0]))
        for short, long in pairwise(lengths):
            difference = (wide[long] - wide[short]).dropna()
            if len(difference):
                shown = f"{long} − {short}"
                rows.append(
                    {"data": data, "images": f"{images:,}", "schedules": shown, "AUROC": _signed(difference)}
                )
    return pd.DataFrame(rows)


def _choice(found: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (data, images, recipe), group in found.groupby(["data", "images", "recipe"], sort=False):
        wide = group.pivot(index="seed", columns="rate", values=["auroc", "validation_loss"])
        rates = [rate for rate in wide["auroc"].columns if rate in PRESETS["default"]["learning_rate"]]
        if len(rates) < 3:
            continue
        aurocs, losses = (wide[name][rates].dropna() for name in ("auroc", "validation_loss"))
        taken = losses.idxmin(axis=1)
        if not len(taken):
            continue
        chosen = pd.Series({seed: aurocs.loc[seed, rate] for seed, rate in taken.items()})
        row = {"data": data, "images": f"{images:,}", "recipe": recipe}
        row["chosen"] = ", ".join(f"{rate:g}" for rate in taken)
        rows.append(row | {f"minus {rate:g}": _signed(chosen - aurocs[rate]) for rate in rates})
    return pd.DataFrame(rows).fillna("")


def _mean(values: pd.Series) -> str:
    spread = f" ± {values.std():.3f}" if len(values) > 1 else ""
    return f"{values.mean():.3f}{spread}"


def _signed(values: pd.Series) -> str:
    return ", ".join(f"{value:+.3f}" for value in values)
