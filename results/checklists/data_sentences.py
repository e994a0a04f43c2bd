"""Sentences on the data: source, partitions, labels, counts."""

from results.checklists.phrases import Facts, amount, amount_on, capital, sizes_of
from results.counts import counted, joined, of_count
from results.labels import part_label
from results.methods_text.words import spelt, spoken


def source(facts: Facts) -> str:
    """The data set and how much it lists."""
    if facts["grid"]["dataset"]["kind"] == "phantom":
        return f"Phantoms drawn by the software, of no real patient: {amount(facts['listed'])}."
    name = facts["dataset"]["name"]
    return f"{'The data set ' + name if name else 'The data set'}, with {amount(facts['listed'])}."


def selection(facts: Facts) -> str:
    """Which listed images were eligible."""
    parts = facts["grid"]["body_parts"]
    of = "" if "all" in parts else f" of the body parts {joined([spoken(part) for part in parts])}"
    return f"Every image that the data set lists{of} was eligible; the benchmark applied no other criterion."


def preparation(facts: Facts) -> str:
    """The shape and grey values of the images."""
    image = facts["grid"]["image"]
    fit = {
        "pad": "padded to a square",
        "crop": "cropped to a central square",
        "stretch": "stretched to a square",
    }
    size = f"{image['size']} × {image['size']}"
    window = image.get("window")
    stretched = (
        "" if not window else f", stretched from percentile {window[0]:g} to {window[1]:g} of each image"
    )
    return f"Images were {fit[image['fit']]} of {size} pixels and read as grey values from 0 to 1{stretched}."


def missing(facts: Facts) -> str:
    """Images that could not be read and cells that are not finished."""
    unread = facts["unreadable"]
    images = (
        f"{counted(unread, 'image')} could not be read and {'was' if unread == 1 else 'were'} left out "
        "(counts of the data set include them)"
        if unread
        else "Every image could be read"
    )
    cells = facts["cells"]
    planned, left = cells["planned"], cells["planned"] - cells["finished"]
    rest = (
        f"{left:,} of {counted(planned, 'planned cell')} are not finished"
        if left
        else f"all {counted(planned, 'planned cell')} are finished"
    )
    return f"{images}; {rest}. No value was imputed."


def outcome(facts: Facts) -> str:
    """The label."""
    return "A binary label, normal (0) or abnormal (1), taken from the data set; views of a study share it."


def flow(facts: Facts) -> str:
    """Amounts by side and label."""
    sides = []
    for side, words in (("train", "training pool"), ("test", "test set")):
        both = [f"{amount(facts['counts'][side][label])} {label}" for label in ("normal", "abnormal")]
        sides.append(f"{words}: {joined(both)}")
    return f"{capital('; '.join(sides))}. A patient with both labels counts under each."


def body_parts(facts: Facts) -> str:
    """Amounts by body part and side."""
    parts = [
        f"{part_label(part['body_part'])}, {amount_on(part, 'train')} for training and "
        f"{amount_on(part, 'test')} for testing"
        for part in facts["parts"]
    ]
    return f"By body part: {'; '.join(parts)}."


def partition(facts: Facts) -> str:
    """How training and test were divided, with their amounts."""
    part = facts["main_part"]
    how = {
        "official": "by the data set's own split",
        "patient": "a tenth of the images drawn by patient for testing",
        "image": "a tenth of the images drawn image by image for testing",
        "site": "one site held out for testing",
    }[facts["grid"]["dataset"]["protocol"]]
    sides = [amount_on(part, side) for side in ("train", "test")]
    return f"Training and test, {how}: {sides[0]} for training and {sides[1]} for testing."


def disjoint(facts: Facts) -> str:
    """How many patients are on both sides."""
    shared = facts["shared_patients"]
    if facts["grid"]["dataset"]["protocol"] == "image":
        return (
            f"Image: {counted(shared, 'patient')} {of_count(shared, 'has', 'have')} images on both "
            f"sides, so that results are too good."
        )
    both = counted(shared, "patient") if shared else "no patient"
    return f"Patient: {both} with images in both training and test."


def test_size(facts: Facts) -> str:
    """The size of the test set and of its abnormal part."""
    abnormal = facts["counts"]["test"]["abnormal"]
    part = facts["main_part"]
    return (
        f"The test set has {amount_on(part, 'test')}; {amount(abnormal)} are "
        "abnormal. Its size follows from the split."
    )


def prevalence(facts: Facts) -> str:
    """The share of abnormal images on both sides."""
    shares = []
    for side in ("train", "test"):
        counts = [facts["counts"][side][label]["images"] for label in ("normal", "abnormal")]
        shares.append(f"{100 * counts[1] / sum(counts):.1f} %" if sum(counts) else "none")
    return (
        f"Both are images of one data set; {shares[0]} of the training images and {shares[1]} of the test "
        "images are abnormal."
    )


def subsets(facts: Facts) -> str:
    """The training sizes and seeds."""
    seeds = spelt(len(facts["grid"]["seeds"]), "seed")
    drawn = any(size != "full" for size in facts["grid"]["train_sizes"])
    how = (
        "; smaller subsets lie within larger ones and hold body parts and labels in proportion"
        if drawn
        else ""
    )
    return f"Models learnt from {sizes_of(facts)}, with {seeds}{how}."


def predictors(facts: Facts) -> str:
    """The pixels."""
    return "The pixels of the images and nothing else; none was selected beforehand."


def no_assessor(facts: Facts) -> str:
    """No person measures pixels."""
    return "No person measured a predictor: they are pixels."


def clusters(facts: Facts) -> str:
    """Patients as clusters."""
    return "Images of a patient are a cluster: patients are resampled whole. Centres are not told apart."


def no_external(facts: Facts) -> str:
    """No other data set."""
    return "No external testing: all test images are of the same data set as the training images."
