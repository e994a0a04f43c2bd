"""Sentences on the data: the set, its split, how much there is, and which part of it is learnt from."""

from collections.abc import Iterator

from results.methods_text.cited import cite
from results.methods_text.facts import Facts, PartCounts
from results.methods_text.words import counted, joined, spelt, spoken

_FITS = {
    "pad": "padded to a square",
    "crop": "cropped to a central square",
    "stretch": "stretched to a square",
}
_LEAKY = "image"
_MURA, _PHANTOM = "mura", "phantom"
_EVERY = "all"


def data_sentences(facts: Facts) -> Iterator[str]:
    """The sentences, without their full stops."""
    yield from _dataset(facts)
    yield from _split(facts)
    yield from _counts(facts)
    yield from _sizes(facts)
    if "seeds" in facts:
        yield f"each setting was run with {spelt(len(facts['seeds']), 'seed')}"
    if "image_size" in facts:
        side = facts["image_size"]
        fit = f"{_FITS[facts['image_fit']]} of " if "image_fit" in facts else "scaled to "
        yield f"images were {fit}{side} × {side} pixels"


def _dataset(facts: Facts) -> Iterator[str]:
    kind, name = facts.get("dataset_kind"), facts.get("dataset")
    if kind == _MURA:
        yield f"the data set was MURA {cite('mura')}"
    elif kind == _PHANTOM:
        yield "the images were phantoms that the software draws to look like radiographs, of no real patient"
    elif name and name.lower() == "pneumoniamnist":
        yield f"the data set was {name} {cite('medmnist', 'pneumonia')}"
    elif name:
        yield f"the data set was {name}" + (f" {cite('medmnist')}" if "mnist" in name.lower() else "")


def _split(facts: Facts) -> Iterator[str]:
    protocol = facts.get("protocol")
    if protocol == "official":
        part = facts.get("evaluated_on")
        yield "the data set's own split was kept" + (
            f", with its {part} part as the test set" if part else ""
        )
    elif protocol == "patient":
        yield "the test set was a tenth of the images, drawn by patient, so that no patient was on both sides"
    elif protocol == _LEAKY:
        yield (
            "the test set was a tenth of the images, drawn image by image: patients may be on both sides, so "
            "that results are too good, and only show what such a split would have claimed"
        )


def _counts(facts: Facts) -> Iterator[str]:
    parts = facts.get("parts", ())
    if len(parts) == 1:
        part = parts[0]
        of = "" if part["body_part"] == _EVERY else f" ({_name(part)})"
        yield f"the training pool{of} held {_pool(part)}, and the test set {_test(part)}"
    elif parts:
        each = (f"{_name(part)}, {_pool(part)} for training and {_test(part)} for testing" for part in parts)
        yield f"per body part there were: {'; '.join(each)}"


def _name(part: PartCounts) -> str:
    return "all parts" if part["body_part"] == _EVERY else spoken(part["body_part"])


def _pool(part: PartCounts) -> str:
    return _amount(part["train_images"], part["train_studies"], part["train_patients"])


def _test(part: PartCounts) -> str:
    return _amount(part["test_images"], part["test_studies"], part["test_patients"])


def _amount(images: int, studies: int, patients: int) -> str:
    return f"{counted(images, 'image')} of {counted(studies, 'study')} of {counted(patients, 'patient')}"


def _sizes(facts: Facts) -> Iterator[str]:
    sizes = facts.get("train_sizes", ())
    if not sizes:
        return
    numbers = [f"{size:,}" for size in sizes if isinstance(size, int)]
    said = [f"{joined(numbers)} labelled images"] if numbers else []
    said += ["all labelled images of the training pool"] if len(numbers) < len(sizes) else []
    yield f"every method learnt from {joined(said)}" + (", in turn" if len(sizes) > 1 else "")
    if numbers:
        traits = ["were nested"] if len(sizes) > 1 else []
        traits += ["held body parts and labels in proportion"]
        traits += ["kept patients together"] if facts.get("protocol") in ("official", "patient") else []
        traits += ["were the same for every method"]
        yield f"the subsets {joined(traits)}"
    yield from _too_large(facts)


def _too_large(facts: Facts) -> Iterator[str]:
    sizes = [size for size in facts["train_sizes"] if isinstance(size, int)]
    pools = [part["train_images"] for part in facts.get("parts", ())]
    if sizes and pools and max(sizes) > min(pools):
        yield "a size was left out where a body part has fewer images"
