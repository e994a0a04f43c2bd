"""Sentences on fine-tuning: which networks, how their weights were trained, and what stopped them."""

import re
from collections.abc import Iterator, Mapping

from results.methods_text.facts import Facts, Recipe, Stage
from results.methods_text.models import networks
from results.methods_text.words import joined, number, percent, plain, spelt

_OPTIMIZERS = {"adamw": "AdamW", "adam": "Adam", "sgd": "SGD with Nesterov momentum 0.9"}
_LOSSES = {"bce": "binary cross-entropy", "class_weighted_bce": "binary cross-entropy weighted by class"}
_SCHEDULES = {
    "cosine": "a cosine schedule",
    "plateau": "a lower rate at each plateau of the validation loss",
    "constant": "a constant rate",
}
_PROBABILITIES = {"flip": "mirroring from left to right", "flip_vertical": "mirroring upside down"}
_AMOUNTS = {
    "shift": "shifts",
    "zoom": "scaling",
    "brightness": "changes of brightness",
    "contrast": "changes of contrast",
    "gamma": "changes of gamma",
}


def tuning_sentences(facts: Facts) -> Iterator[str]:
    """The sentences, without their full stops."""
    asked = facts.get("fine_tuned", ())
    if asked:
        were = "network that was fine-tuned is" if len(asked) == 1 else "networks that were fine-tuned are"
        yield f"the {were} {networks(asked)}"
    if asked and "recipe" in facts:
        recipe = facts["recipe"]
        yield from _validation(recipe, facts.get("protocol"))
        yield from _stages(recipe)
        yield from _batches(recipe)
        yield from _images(recipe)


def _validation(recipe: Recipe, protocol: str | None) -> Iterator[str]:
    by = {"official": ", drawn by patient,", "patient": ", drawn by patient,"}.get(protocol or "", "")
    stages = recipe["stages"]
    stops = any(stage["early_stopping_patience"] is not None for stage in stages)
    best = {"loss": "the lowest loss", "auroc": "the highest AUROC"}[recipe["select"]]
    does = ["stopped the training"] if stops else []
    does += [f"chose the epoch ({best})"]
    searched = [
        rate for stage in stages if len(stage["learning_rate"]) > 1 for rate in stage["learning_rate"]
    ]
    does += [f"chose the learning rate of {joined([plain(rate) for rate in searched])}"] if searched else []
    yield (
        f"{percent(recipe['validation_share'])} of the labelled images{by} were the validation part, which "
        f"{joined(does)}; the network learnt from the others"
    )


def _stages(recipe: Recipe) -> Iterator[str]:
    stages = recipe["stages"]
    for place, stage in enumerate(stages):
        when = "" if len(stages) == 1 else f"in stage {number(place + 1)}, "
        yield f"{when}{_trained(stage['trainable'])} by {_optimizer(stage)}, for {_length(stage)}"


def _trained(trainable: str) -> str:
    if trainable == "head":
        return "the head alone was trained"
    if blocks := re.fullmatch(r"last_(\d+)_blocks", trainable):
        return f"the head and the last {spelt(int(blocks[1]), 'block')} were trained"
    if trainable.startswith("from "):
        return f"the head and the layers from {trainable.removeprefix('from ')} on were trained"
    return "all weights were trained"


def _optimizer(stage: Stage) -> str:
    rates, slower = stage["learning_rate"], stage["backbone_learning_rate"]
    rate = f"learning rate {joined([plain(one) for one in rates]).replace(' and ', ' or ')}"
    if slower is not None and stage["trainable"] != "head":
        rate += f" for the head and {plain(slower)} for the backbone"
    settings = [rate, *([f"weight decay {plain(stage['weight_decay'])}"] if stage["weight_decay"] else [])]
    settings.append(_SCHEDULES[stage["schedule"]])
    if stage["warmup_epochs"]:
        epochs = plain(stage["warmup_epochs"])
        settings[-1] += f" after a warm-up of {epochs} epoch{'' if epochs == '1' else 's'}"
    return f"{_OPTIMIZERS[stage['optimizer']]} ({', '.join(settings)})"


def _length(stage: Stage) -> str:
    patience = stage["early_stopping_patience"]
    stop = "" if patience is None else f", stopped after {spelt(patience, 'epoch')} without a better one"
    return f"at most {spelt(stage['epochs'], 'epoch')}{stop}" if stop else spelt(stage["epochs"], "epoch")


def _batches(recipe: Recipe) -> Iterator[str]:
    loss = _LOSSES[recipe["loss"]]
    if recipe["label_smoothing"]:
        loss += f" with label smoothing of {plain(recipe['label_smoothing'])}"
    batch = recipe["batch_size"]
    if recipe["views"] == "study":
        loss += " of the mean probability of a study's views"
        yield f"the loss was the {loss}, in batches of whole studies with about {batch} images"
    else:
        yield f"the loss was the {loss}, in batches of {batch} images"
    head = [f"hidden layers of {joined([str(width) for width in recipe['head']['widths']])} units"]
    extra = head if recipe["head"]["widths"] else []
    extra += [f"dropout of {plain(recipe['head']['dropout'])}"] if recipe["head"]["dropout"] else []
    if extra:
        yield f"the head had {joined(extra)} before its output"
    if recipe["ema"]:
        decay = plain(recipe["ema"])
        yield f"what was validated and kept is a moving average of the weights (decay {decay} per update)"


def _images(recipe: Recipe) -> Iterator[str]:
    if recipe["resolution"]:
        side = recipe["resolution"]
        yield f"for fine-tuning, images were averaged down to {side} × {side} pixels"
    changes = _changes(recipe["augmentation"])
    if changes:
        yield f"training images were augmented by {joined(changes)}"


def _changes(augmentation: Mapping[str, float | str]) -> list[str]:
    """Each change with its strength; those that are off are left out."""
    given = {
        name: float(value) for name, value in augmentation.items() if not isinstance(value, str) and value
    }
    said = [
        f"{text} (probability {plain(given[name])})" for name, text in _PROBABILITIES.items() if name in given
    ]
    said += [f"rotation (up to {plain(given['rotate'])}°)"] if "rotate" in given else []
    said += [f"{text} (up to {percent(given[name])})" for name, text in _AMOUNTS.items() if name in given]
    return said
