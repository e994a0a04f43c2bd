"""A proposed grid as YAML, with a comment line above every key that says what it does."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.setup.axes import Axes, Size
from benchmark.setup.machine import ReadyNetwork
from extractors.sources import source_of
from results.label_tasks import BINARY
from results.metric_lookup import default_primary
from results.names import RANDOM_WEIGHTS, SHUFFLED_LABELS

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]*[A-Za-z0-9_/]")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "none"})
_WIDTH = 100
_RECIPE = {
    "resolution": "side in pixels of training images: half of it takes a quarter of the time",
    "learning_rate": "how fast weights change; the preset tries three rates, which takes three times as long",
    "epochs": "how often training sees every image",
    "min_updates": "steps of training at least, which small training sets need more epochs for",
    "folds": "parts of the training images that take turns as validation, by patient",
    "folds_below": "from this many images on there is one validation part in the place of folds",
}


@dataclass(frozen=True)
class Proposed:
    """What stands in the file: `lead` are comment lines at its head, `margin_note` is the margin's."""

    name: str
    dataset: Mapping[str, str | bool | list[str]]
    protocol: str
    axes: Axes
    margin: float
    margin_note: str
    lead: Sequence[str] = ()

    @property
    def task(self) -> str:
        """What the labels are."""
        return str(self.dataset.get("task", BINARY))

    @property
    def primary(self) -> str:
        """The metric that decides: the default of the task."""
        return default_primary(self.task)


def grid_text(asked: Proposed) -> str:
    """The text of the grid file. It reads as the grid that it describes: `read_grid` of it raises nothing."""
    return "\n".join(_lines(asked)) + "\n"


def _lines(asked: Proposed) -> Iterator[str]:
    axes = asked.axes
    yield from (f"# {line}" for text in asked.lead for line in _wrapped(text))
    yield ""
    yield from _key("name", asked.name, "what MLflow's experiment and the folder of the results are called")
    yield from _dataset(asked)
    parts = "what to compare on: `all` is every image, a body part its own images"
    yield from _key("body_parts", list(axes.body_parts), parts)
    sizes = "numbers of labelled images to learn from; `full` is all that there are for training"
    yield from _key("train_sizes", list(axes.train_sizes), sizes)
    if axes.resample_full:
        yield from _open("full", "what `full` is for each seed, so that seeds differ there, too")
        yield from _key("resample", "patients", "each seed draws patients anew, with all their images", 1)
        yield from _key("share", 0.9, "of the patients for training", 1)
    seeds = "each seed draws other training images; more seeds make verdicts surer, and cost as much again"
    yield from _key("seeds", list(range(axes.seeds)), seeds)
    yield from _open("image", "how every image becomes a square")
    yield from _key("size", axes.image_size, "its side in pixels, as the networks see it", 1)
    yield from _key(
        "fit", "pad", "the whole image with black borders (pad), its centre (crop) or distorted (stretch)", 1
    )
    yield from _methods(axes)
    yield from _controls(axes, asked.primary)
    yield from _open("evaluation", "how results are judged")
    unit = "a study (all images of one examination, judged together) or an image; another one computes again"
    yield from _key("unit", "study", unit, 1)
    yield from _key(
        "primary", asked.primary, "the metric that decides; may be changed later without computing again", 1
    )
    yield from _key("margin", asked.margin, asked.margin_note, 1)


def _dataset(asked: Proposed) -> Iterator[str]:
    comments = {
        "kind": "manifest: a CSV of images and labels; mura: Stanford's folder; dicom: DICOM files",
        "root": "where it is; relative paths start at the folder of this file",
        "labels": "the CSV of labels",
        "match": "what the rows of that CSV name",
        "allow_outside": "whether images may lie outside of the folder of the CSV",
        "task": "multiclass: one of several classes; ordinal: a grade; multilabel: findings",
        "classes": "their names, in order",
    }
    yield from _open("dataset", "the images and their labels")
    for key, value in asked.dataset.items():
        yield from _key(key, value, comments[key], 1)
    protocol = "official: the data set's own test images; patient: a tenth of the patients is the test set"
    yield from _key("protocol", asked.protocol, protocol, 1)


def _methods(axes: Axes) -> Iterator[str]:
    yield from _open(
        "feature_extraction", "frozen: pretrained networks as they are, and classifiers of their output"
    )
    more = "" if len(axes.networks) > 1 else "; with internet, add a name such as resnet50"
    networks = f"the networks; `bundled` is small, ships with the suite and is no ImageNet network{more}"
    yield from _list("backbones", [_network(network) for network in axes.networks], networks)
    classifiers = "tried on each network; training folds choose one of them"
    yield from _key("classifiers", list(axes.classifiers), classifiers, 1)
    yield from _open("hand_crafted", "without any network: edges and textures, to see what little is needed")
    yield from _key(
        "descriptors", list(axes.descriptors), "edges, or edges and textures together (combined)", 1
    )
    yield from _key("classifiers", ["logistic_regression"], "tried on each of them", 1)
    yield from _open("fine_tuning", "fine-tuned: the same network, trained further on your images")
    yield from _list(
        "backbones", [_network(axes.networks[0])], "the network that is compared frozen and fine-tuned"
    )
    yield from _open("recipe", "how it is trained", 1)
    yield from _key("preset", "default", "the suite's own recipe, of which the keys below differ", 2)
    for key, value in axes.recipe:
        yield from _key(key, value, _RECIPE[key], 2)


def _controls(axes: Axes, primary: str) -> Iterator[str]:
    nothing = {"quadratic_kappa": "a kappa of 0"}.get(primary, "an AUROC of 0.5")
    what = f"runs that show what the numbers are worth: shuffled labels must give nothing ({nothing})"
    yield from _key("controls", list(axes.controls), what)
    found = [
        f"{{control: {c}, strategy: fine_tuning}}"
        for c in (SHUFFLED_LABELS, RANDOM_WEIGHTS)
        if c in axes.controls
    ]
    for seed in range(1, axes.seeds):
        found += [
            f"{{control: {c}, seed: {seed}}}" for c in (SHUFFLED_LABELS, RANDOM_WEIGHTS) if c in axes.controls
        ]
    if not axes.tune_largest:
        found.append(f"{{strategy: fine_tuning, train_size: {axes.train_sizes[-1]}}}")
    if found:
        yield from _list("exclude", found, "left out, for time: one seed of the dearer controls is enough", 0)


def _network(network: ReadyNetwork) -> str:
    if network.weights == source_of(network.name).weights:
        return _scalar(network.name)
    return f"{{name: {_scalar(network.name)}, weights: {network.weights}}}"


def _open(key: str, comment: str, level: int = 0) -> Iterator[str]:
    yield from _commented(comment, level)
    yield f"{'  ' * level}{key}:"


def _key(key: str, value: Size | float | Sequence[Size], comment: str, level: int = 0) -> Iterator[str]:
    yield from _commented(comment, level)
    shown = f"[{', '.join(map(_scalar, value))}]" if isinstance(value, list) else _scalar(value)
    yield f"{'  ' * level}{key}: {shown}"


def _list(key: str, entries: Sequence[str], comment: str, level: int = 1) -> Iterator[str]:
    yield from _open(key, comment, level)
    yield from (f"{'  ' * (level + 1)}- {entry}" for entry in entries)


def _commented(comment: str, level: int) -> Iterator[str]:
    yield from (f"{'  ' * level}# {line}" for line in _wrapped(comment))


def _wrapped(text: str) -> list[str]:
    """The text in lines; signs that would end a comment or are none of YAML's are their codes."""
    lines, line = [], ""
    for word in text.split():
        word = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in word)
        if line and len(line) + len(word) >= _WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return [*lines, line]


def _scalar(value: object) -> str:
    """A value in YAML: texts that YAML could take for something else are quoted."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else json.dumps(value)
    return repr(value)
