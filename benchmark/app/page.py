"""The page: choose a model, upload the views of a study, see the verdict. It draws; the rest is beside it."""

import logging
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from benchmark.app import fragments
from benchmark.app.choices import (
    CHOSEN_MARK,
    Choice,
    for_part,
    kept_choices,
    label_of,
    other_side,
    parts_of,
    size_in_words,
    sizes_of,
)
from benchmark.app.opinions import Judge, Opinion, judge_of
from benchmark.app.own_test import own_test
from benchmark.app.uploads import MOST_MEGABYTES, Upload
from benchmark.errors import UserError
from benchmark.prediction.predictor import COVERAGE
from benchmark.prediction.studies import MOST_VIEWS
from benchmark.store.kept_models import read_model
from benchmark.store.workspace import Workspace
from results.labels import part_label

_MODELS = 4  # that are held in memory; chosen by hand
_NEW_MODELS = 60  # seconds until models that a run has written since are offered
_log = logging.getLogger(__name__)


def show(workspace: Workspace, grid: str | None = None, coverage: float = COVERAGE) -> None:
    """Draw the page once, as Streamlit does at every change of a widget.

    The models of `grid` are offered, or of the whole workspace; they abstain at this coverage.
    """
    st.set_page_config("benchmark: judge a study", layout="wide", initial_sidebar_state="auto")
    st.html(fragments.STYLE)
    st.html(fragments.NOTICE)
    st.markdown("### Normal or abnormal, by a recorded model")
    try:
        choices = _choices(str(workspace.folder), grid)
    except UserError as error:
        st.html(fragments.message(str(error)))
        return
    with st.sidebar:
        part, shown = _chosen(choices)
    files = st.file_uploader(
        "The views of one study",
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        help=f"Up to {MOST_VIEWS} images of one body part of one patient, taken together. They stay "
        "in memory until you remove them or close the page; nothing is written to disk.",
    )
    opinions = _opinions(shown, files, coverage)
    if disagreement := fragments.disagreement(list(opinions.values())):
        st.html(disagreement)
    if any(isinstance(opinion, Opinion) and not opinion.no_map for opinion in opinions.values()):
        st.html(fragments.small(fragments.LEGEND))
    for choice, column in zip(shown, st.columns(len(shown), gap="large"), strict=True):
        with column:
            _show_model(choice, part, opinions.get(choice), wide=len(shown) == 1)


def _chosen(choices: Sequence[Choice]) -> tuple[str, list[Choice]]:
    """The body part and the model that the user chooses, and the one beside it on request."""
    st.markdown("#### Model")
    grids = list(dict.fromkeys(choice.grid for choice in choices))
    grid = st.selectbox("Grid", grids)
    offered = [choice for choice in choices if choice.grid == grid]
    part = st.selectbox(
        "Body part of the study",
        parts_of(offered),
        format_func=part_label,
        help="Models that were tested on it are offered; their performance is that on this body part.",
    )
    offered = for_part(offered, part)
    size = st.selectbox("Training images", sizes_of(offered), format_func=size_in_words)
    offered = [choice for choice in offered if choice.record.size_name == size]
    names = [label_of(choice, offered) for choice in offered]
    number = st.selectbox(
        "Strategy, network and classifier",
        range(len(offered)),
        format_func=names.__getitem__,
        help=f"{CHOSEN_MARK}: the best of its strategy on the training folds. The test set chose nothing.",
    )
    choice = offered[number]
    other = other_side(choice, choices)
    asked = st.toggle(
        "Frozen and fine-tuned beside each other",
        disabled=other is None,
        help="The model of the other strategy that was trained on the same images."
        if other
        else "No such model was kept.",
    )
    return part, [choice, other] if asked and other else [choice]


def _opinions(
    shown: Sequence[Choice], files: Sequence[UploadedFile], coverage: float
) -> dict[Choice, Opinion | str]:
    """What each model says about the files, or a line why it says nothing; kept for this page alone."""
    if not files:
        st.session_state.pop("opinions", None)
        return {}
    ids = tuple(file.file_id for file in files)
    before = st.session_state.get("opinions", {})
    found = {choice: before.get((choice.key, ids)) or _opinion(choice, files, coverage) for choice in shown}
    st.session_state["opinions"] = {(choice.key, ids): opinion for choice, opinion in found.items()}
    return found


def _opinion(choice: Choice, files: Sequence[UploadedFile], coverage: float) -> Opinion | str:
    try:
        judge = _judge(choice.key, choice, coverage)
        with st.spinner("Judging the study …"):
            return judge.opinion([Upload(file.name, file.getvalue()) for file in files])
    except UserError as error:
        return str(error)
    except Exception as error:  # an upload is hostile: whatever it does ends in a line; its name in no log
        _log.warning("a study could not be judged: %s", type(error).__name__)
        return f"The study could not be judged ({type(error).__name__}); try other files."


def _show_model(choice: Choice, part: str, opinion: Opinion | str | None, *, wide: bool) -> None:
    """A model's verdict and facts, beside each other where there is room, and each view below."""
    judged, facts = st.columns([3, 2], gap="large") if wide else (st.container(), st.container())
    with judged:
        st.html(fragments.method(choice.method))
        if opinion is None:
            st.html(fragments.small("Upload a study to see what this model says."))
        elif isinstance(opinion, str):
            st.html(fragments.message(opinion))
        else:
            st.html(fragments.verdict(opinion))
    with facts:
        _show_facts(choice, part)
    if isinstance(opinion, Opinion):
        _show_views(opinion, across=2 if wide else 1)


def _show_facts(choice: Choice, part: str) -> None:
    try:
        st.html(fragments.performance(own_test(choice.records, choice.record, part), part))
    except UserError as error:
        st.html(fragments.message(str(error)))
    st.html(fragments.provenance(choice))


def _show_views(opinion: Opinion, across: int) -> None:
    if opinion.no_map:
        st.html(fragments.small(opinion.no_map))
    for start in range(0, len(opinion.views), across):
        row = opinion.views[start : start + across]
        for view, place in zip(row, st.columns(across, gap="medium"), strict=False):
            with place.container(border=True):
                st.html(fragments.view_head(view))
                pictures = [view.picture, *([view.mapped] if view.mapped else [])]
                for picture, column in zip(pictures, st.columns(2, gap="small"), strict=False):
                    column.image(picture, width="stretch")
                if remarks := fragments.view_remarks(view):
                    st.html(remarks)


@st.cache_resource(ttl=_NEW_MODELS, show_spinner="Looking for models …")
def _choices(folder: str, grid: str | None) -> list[Choice]:
    return kept_choices(Workspace(Path(folder)), grid)


@st.cache_resource(max_entries=_MODELS, show_spinner="Loading the model …")
def _judge(key: tuple[str, str], _choice: Choice, coverage: float) -> Judge:
    """A model, loaded once for all pages. Streamlit does not compare `_choice`, whose `key` is `key`."""
    return judge_of(read_model(_choice.records, _choice.record), coverage)
