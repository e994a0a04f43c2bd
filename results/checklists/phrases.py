"""The parts of sentences that several of them share: amounts, intervals, the metric and the sizes."""

from collections.abc import Mapping, Sequence
from typing import Any

from results.labels import metric_label
from results.methods_text.words import counted, joined

Facts = Mapping[str, Any]
UNITS = ("images", "studies", "patients")


def names_of(networks: Sequence[Facts]) -> str:
    """The names of networks, each once: `densenet169 and resnet50`."""
    return joined(list(dict.fromkeys(network["name"] for network in networks)))


def metric_of(facts: Facts) -> str:
    """The primary metric with its unit: `AUROC per study`."""
    evaluation = facts["grid"]["evaluation"]
    return metric_label(evaluation["primary"], evaluation["unit"])


def sizes_of(facts: Facts) -> str:
    """`100 and 1,000 training images and all training images`."""
    sizes = facts["grid"]["train_sizes"]
    numbers = [f"{size:,}" for size in sizes if size != "full"]
    said = [f"{joined(numbers)} training images"] if numbers else []
    return joined([*said, *(["all training images"] if "full" in sizes else [])])


def amount(counts: Mapping[str, int]) -> str:
    """`3,197 images of 1,199 studies of 783 patients`."""
    words = {"images": "image", "studies": "study", "patients": "patient"}
    return " of ".join(counted(counts[unit], words[unit]) for unit in UNITS)


def amount_on(part: Facts, side: str) -> str:
    """The amount of a body part on a side, `train` or `test`."""
    return amount({unit: part[f"{side}_{unit}"] for unit in UNITS})


def bounded(row: Facts, name: str = "value", form: str = ".3f") -> str:
    """`0.857 [0.831, 0.880]`; what is undefined is said to be."""
    if row[name] is None:
        return "undefined"
    if row["low"] is None or row["high"] is None:
        return f"{row[name]:{form}} [no interval]"
    return f"{row[name]:{form}} [{row['low']:{form}}, {row['high']:{form}}]"


def asked_in(facts: Facts, section: str, key: str) -> Sequence[str]:
    """A list of a section of the grid; empty where the grid lacks the section."""
    names: Sequence[str] = (facts["grid"][section] or {}).get(key, [])
    return names


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
