"""Pieces of the page as HTML. Texts of users (file names, body parts, …) are escaped by `for_html`."""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from benchmark.app.choices import Choice
from benchmark.app.opinions import Opinion, View
from benchmark.app.own_test import OwnTest
from benchmark.prediction.predictor import ABNORMAL, ABSTAINS, NORMAL
from results.counts import counted
from results.labels import part_label, percent
from results.tables.formatting import number
from results.text import for_html

NOTICE = Markup(
    '<div class="bm-notice" role="note"><b>Not a medical device.</b> For research on recorded models only: '
    "no diagnosis, no treatment and no triage may rest on this page.</div>"
)
STYLE = Path(__file__).with_name("page.css")
_MAY_NOT_HOLD = "What is said below may not hold for it."
_AT_ITS_THRESHOLD = " (chosen threshold)"


LEGEND = (
    "Beside each view: where it speaks for abnormal, from little (violet) to most (yellow), each view by "
    "itself. It shows what this model used, which need not be a lesion."
)


def message(text: str, kind: str = "error") -> Markup:
    """One line in a box; `kind` is error, warning or abstains."""
    return Markup('<div class="bm-message bm-{}" role="status">{}</div>').format(kind, for_html(text))


def method(name: str) -> Markup:
    """The name of a model."""
    return Markup('<div class="bm-method">{}</div>').format(for_html(name))


def verdict(opinion: Opinion) -> Markup:
    """Warnings first; then the study's class, both probabilities beside the threshold, and the abstention.

    With a warning, the class is in grey.
    """
    said = opinion.prediction
    assert said.probability is not None
    kind = ABNORMAL if said.label else NORMAL
    warnings = [message(f"{_sentence(warning)} {_MAY_NOT_HOLD}", "warning") for warning in said.warnings]
    head = Markup(
        '<div class="bm-verdict bm-{look}">{word}</div><div class="bm-numbers">probability of abnormal '
        "<b>{abnormal}</b>, of normal <b>{normal}</b> (calibrated)</div>{bar}"
    ).format(
        look="doubtful" if warnings else kind,
        word=kind.capitalize(),
        abnormal=number(said.probability),
        normal=number(1 - said.probability),
        bar=_bar(said.probability, opinion.threshold),
    )
    decided = message(_decided(said.decision, kind, opinion.coverage), _box(said.decision, kind))
    return Markup("").join([*warnings, head, decided])


def disagreement(opinions: Sequence[Opinion | str]) -> Markup:
    """A line where two models disagree about the study; empty where they do not."""
    labels = {opinion.prediction.label for opinion in opinions if isinstance(opinion, Opinion)}
    return message("The two models disagree.", "warning") if len(labels) > 1 else Markup("")


def performance(found: OwnTest, part: str) -> Markup:
    """The table of a model's own test."""
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td><b>{}</b></td><td>{}</td></tr>").format(
            for_html(name.replace(_AT_ITS_THRESHOLD, " at this threshold")),
            number(bounded.value),
            f"[{number(bounded.low)}, {number(bounded.high)}]",
        )
        for name, bounded in found.metrics.items()
    )
    doubts = [found.leak] if found.leak else []
    if not found.better_than_chance:
        doubts.append("Its test does not show that it is better than chance.")
    boxes = Markup("").join(message(doubt, "warning") for doubt in doubts)
    return Markup(
        '<div class="bm-small">In its own test on {part}: {studies:,} studies ({abnormal:,} abnormal) of '
        "{patients:,} patients; per study, {confidence} intervals</div>"
        '{boxes}<table class="bm-tested">{rows}</table>'
    ).format(
        part=for_html(part_label(part)),
        studies=found.studies,
        abnormal=found.abnormal,
        patients=found.patients,
        confidence=_share(found.confidence),
        boxes=boxes,
        rows=rows,
    )


def provenance(choice: Choice) -> Markup:
    """Where a model comes from, so that it can be found again."""
    record, counts, size = choice.record, choice.record.counts, choice.record.image["size"]
    return small(
        f"Trained on {counted(counts.train_images, 'image')} of {counted(counts.train_patients, 'patient')} "
        f"({part_label(record.body_part)}, {size} × {size} pixels, seed {record.seed}); "
        f"grid {choice.grid}, cell {record.cell}"
    )


def view_head(view: View) -> Markup:
    """A view's name and probability."""
    said = view.prediction
    return Markup('<div class="bm-view">{}: probability of abnormal <b>{}</b></div>').format(
        for_html(said.image), number(said.probability)
    )


def view_remarks(view: View) -> Markup:
    """What is to be said below a view; empty where nothing is."""
    found = [message(warning, "warning") for warning in view.prediction.warnings]
    if not view.speaks:
        found.append(small("No place of this view speaks for abnormal."))
    return Markup("").join(found)


def small(text: str) -> Markup:
    """A remark in small letters."""
    return Markup('<div class="bm-small">{}</div>').format(for_html(text))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _share(share: float) -> str:
    """A share in hundredths that no line divides."""
    return percent(share).replace(" ", "\N{NO-BREAK SPACE}")


def _bar(probability: float, threshold: float) -> Markup:
    at, cut = (f"{100 * value:.1f}%" for value in (probability, threshold))
    return Markup(
        '<div class="bm-bar" style="--cut: {cut}" title="0 to 1"><i style="left: {at}"></i>'
        '<span style="left: {shown}">threshold {value}</span></div>'
    ).format(at=at, cut=cut, shown=f"clamp(3.2rem, {cut}, 100% - 3.2rem)", value=number(threshold))


def _decided(decision: str, kind: str, coverage: float) -> str:
    at = f"At {_share(coverage)} coverage the model"
    if decision == ABSTAINS:
        return f"{at} abstains: it is not sure enough. The verdict is only the side of the threshold."
    if decision != kind:
        return f"{at} holds only {decision} for plausible, against the side of its threshold."
    return f"{at} does not abstain: only {decision} is plausible."


def _box(decision: str, kind: str) -> str:
    return "abstains" if decision == ABSTAINS else "warning" if decision != kind else "decided"
