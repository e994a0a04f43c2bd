"""The page that says how recipes of fine-tuning compare, every number from its rows."""

import pandas as pd

from tests.validity.markdown import table

INTRODUCTION = """# Recipes of fine-tuning, measured

How long to train, at which learning rate, and does searching rates pay? The answer must not come from a test set that
a report shows. So these are phantoms (difficulty 0 and 0.4) and PneumoniaMNIST's *training part*, tested on its
*validation part*; its test part is not touched. The network is the bundled one, at {sides} pixels a side. Each row is
what a cell of a grid does: {folds} folds choose the epoch, the network is refitted on all N (at 1,000 images and more:
one validation part, no refit). *Epochs* names the recipe `default` with that many of them and no `min_updates`; its
backbone has 0.3 times the head's rate. AUROC is per study, the mean over seeds; ± is the standard deviation over
seeds, which draw the N images. Written by `python -m tests.validity.recipes` from
`tests/validity/measured/recipes.csv`, {count} fine-tunings, {minutes:.0f} minutes on one shared core; a row with one
seed has no ±."""
CHOICE = """## Does searching rates pay?

Where the long schedule was run at three rates or more, the rate that training folds choose (lowest mean loss) beside
each rate kept fixed: differences of AUROC on the test images, chosen minus fixed, per seed."""
_LONG = "60 epochs"


def page(found: pd.DataFrame, sides: str, folds: int) -> str:
    """docs/recipes.md."""
    minutes = found["seconds"].sum() / 60
    parts = [INTRODUCTION.format(sides=sides, folds=folds, count=len(found), minutes=minutes)]
    parts.append("## Recipes")
    parts.append(table(_recipes(found)))
    choice = _choice(found)
    if len(choice):
        parts += [CHOICE, table(choice)]
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


def _choice(found: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (data, images), group in found[found["recipe"] == _LONG].groupby(["data", "images"], sort=False):
        wide = group.pivot(index="seed", columns="rate", values=["auroc", "validation_loss"]).dropna(
            axis=1, how="all"
        )
        wide = wide.dropna()
        if len(wide) == 0 or wide["auroc"].shape[1] < 3:
            continue
        taken = wide["validation_loss"].idxmin(axis=1)
        chosen = pd.Series({seed: wide["auroc"].loc[seed, rate] for seed, rate in taken.items()})
        row = {
            "data": data,
            "images": f"{images:,}",
            "chosen (by seed)": ", ".join(f"{rate:g}" for rate in taken),
        }
        row |= {f"minus {rate:g}": _signed(chosen - wide["auroc"][rate]) for rate in wide["auroc"].columns}
        rows.append(row)
    return pd.DataFrame(rows).fillna("")


def _mean(values: pd.Series) -> str:
    spread = f" ± {values.std():.3f}" if len(values) > 1 else ""
    return f"{values.mean():.3f}{spread}"


def _signed(values: pd.Series) -> str:
    return ", ".join(f"{value:+.3f}" for value in values)
