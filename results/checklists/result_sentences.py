"""Sentences on the question and its results: scores, differences, errors, limits."""

from operator import itemgetter

from results.checklists.phrases import Facts, amount_on, bounded, capital, metric_of, sizes_of
from results.labels import part_label
from results.methods_text.words import counted, joined, percent, plural_of, spelt, spoken
from results.verdict import verdict_text

FEW_PATIENTS = 20  # patients of the rarer label, below which intervals of an AUROC hold too rarely


def question(facts: Facts) -> str:
    """The question of the head-to-head, with its family of comparisons."""
    if not (facts["frozen"] and facts["tuned"]):
        return ""
    family = counted(facts["comparisons"], "comparison")
    return (
        "The study develops and evaluates models. It asks whether fine-tuning a network or freezing it gives "
        f"the better {metric_of(facts)}, with {sizes_of(facts)}; the main family holds {family}."
    )


def robustness(facts: Facts) -> str:
    """What was varied, and the controls."""
    grid = facts["grid"]
    varied = [spelt(len(grid["seeds"]), "seed"), spelt(len(grid["train_sizes"]), "training size")]
    varied += [spelt(len(grid["body_parts"]), "body part")] if len(grid["body_parts"]) > 1 else []
    varied += [spelt(len(facts["recipes"]), "recipe")] if len(facts["recipes"]) > 1 else []
    controls = [spoken(name) for name in facts["controls"]]
    beside = f"; controls: {joined(controls)}" if controls else "; no control was run"
    return f"Results are given for {joined(varied)}{beside}."


def scores(facts: Facts) -> str:
    """The primary metric of what training folds choose of every method, at the largest size."""
    rows = facts["scores"]
    if not rows:
        return ""
    level = percent(facts["grid"]["evaluation"]["confidence"])
    where = f"{part_label(rows[0]['body_part'])}, {counted(rows[0]['images'], 'training image')}"
    said = "; ".join(f"{row['method']} {bounded(row)}" for row in rows)
    over = f", mean of {spelt(rows[0]['seeds'], 'seed')}" if rows[0]["seeds"] > 1 else ""
    return f"{capital(metric_of(facts))} [{level} interval], {where}{over}: {said}."


def verdicts(facts: Facts) -> str:
    """The head-to-head of the main body part with its verdicts, and how many other ones there are."""
    rows = facts["differences"]
    here = [row for row in rows if row["body_part"] == facts["main_part"]["body_part"]]
    if not here:
        return ""
    said = "; ".join(_verdict(row) for row in here)
    others = f" ({counted(len(rows) - len(here), 'other')} in the report)" if len(rows) > len(here) else ""
    return f"{capital(metric_of(facts))}, fine-tuned minus frozen, unadjusted intervals: {said}{others}."


def _verdict(row: Facts) -> str:
    where = f"{row['backbone']}, {part_label(row['body_part'])}, {counted(row['images'], 'image')}"
    said = verdict_text(row["verdict"], row["margin"], row["detectable"])
    return f"{where}: {bounded(row, 'difference', '+.3f')}, {said}"


def calls(facts: Facts) -> str:
    """Sensitivity and specificity of what training folds choose."""
    said = [
        f"{row['method']}, {bounded(row['sensitivity'])} and {bounded(row['specificity'])}"
        for row in facts["calls"]
    ]
    return (
        f"Sensitivity and specificity at the threshold chosen in training, first seed: {'; '.join(said)}."
        if said
        else ""
    )


def errors(facts: Facts) -> str:
    """Missed and falsely called cases of the same methods."""
    rows, units = facts["calls"], plural_of(facts["grid"]["evaluation"]["unit"])
    said = [
        f"{row['method']} missed {row['missed']:,} of {row['positives']:,} abnormal {units} and called "
        f"{row['false_alarms']:,} of {row['negatives']:,} normal ones abnormal"
        for row in rows
    ]
    return f"At the same threshold, {'; '.join(said)}." if said else ""


def limits(facts: Facts) -> str:
    """Limitations that the records show."""
    seeds, cells, sizes = facts["grid"]["seeds"], facts["cells"], facts["grid"]["train_sizes"]
    said = ["one data set, without external testing"]
    if len(seeds) == 1:
        said.append("one seed, so that nothing is claimed of the methods")
    elif "full" in sizes:
        said.append("the seeds share all their images at the full size")
    if facts["grid"]["dataset"]["protocol"] == "image":
        said.append("a split by image, in which patients leak into the test set")
    elif facts["shared_patients"]:
        said.append("a split with patients in training and in test, who leak into the test set")
    if left := cells["planned"] - cells["finished"]:
        said.append(f"an interim look, without {counted(left, 'planned cell')}")
    label, patients = min(
        ((label, amount["patients"]) for label, amount in facts["counts"]["test"].items()), key=itemgetter(1)
    )
    if patients < FEW_PATIENTS:
        said.append(f"{counted(patients, f'{label} test patient')}, too few for a sure interval")
    return f"From the records: {'; '.join(said)}."


def internal_test(facts: Facts) -> str:
    """The held-out part of the data set."""
    part = facts["main_part"]
    name = f", its {facts['evaluated_on']} part" if facts["evaluated_on"] else ""
    return f"Tested on held-out images of the same data set{name}: {amount_on(part, 'test')}."
