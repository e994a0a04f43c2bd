"""Figures as objects: `frame()` holds the numbers and `plot()` draws them (matplotlib)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_FROZEN, _TUNED, _GREY = (
    "#0072B2",
    "#D55E00",
    "#666666",
)  # Okabe & Ito's blue and vermilion: told apart by all


@dataclass(frozen=True)
class HeadToHead:
    """Frozen and fine-tuned learning curves of one body part, and their paired difference below."""

    rows: Sequence[Mapping[str, Any]]  # of one body part and frozen classifier, over seeds
    metric: str
    title: str

    def frame(self) -> pd.DataFrame:
        """One row per backbone and training size: frozen, fine_tuned, difference, low, high."""
        columns = ["backbone", "train_images", "frozen", "fine_tuned", "difference", "low", "high"]
        return pd.DataFrame(list(self.rows))[columns].sort_values(["backbone", "train_images"])

    def plot(self) -> Figure:
        """A column per backbone: curves above, differences with their intervals below."""
        frame = self.frame().astype({"frozen": float, "fine_tuned": float, "difference": float})
        backbones = list(dict.fromkeys(frame["backbone"]))
        figure = Figure(figsize=(max(4.2, 3.4 * len(backbones)), 5), layout="constrained")
        axes = figure.subplots(
            2, len(backbones), squeeze=False, sharex="col", sharey="row", height_ratios=[3, 2]
        )
        for column, backbone in enumerate(backbones):
            self._draw(axes[0][column], axes[1][column], frame[frame["backbone"] == backbone])
            axes[0][column].set_title(backbone, fontsize=9)
            axes[1][column].set_xlabel("training images")
        axes[0][0].set_ylabel(self.metric)
        axes[1][0].set_ylabel("fine-tuned − frozen")
        axes[0][0].legend(frameon=False, fontsize=8)
        figure.suptitle(self.title, fontsize=10)
        return figure

    def _draw(self, above: Axes, below: Axes, frame: pd.DataFrame) -> None:
        sizes = frame["train_images"].to_numpy()
        above.plot(sizes, frame["frozen"], "o-", color=_FROZEN, label="frozen")
        above.plot(sizes, frame["fine_tuned"], "s--", color=_TUNED, label="fine-tuned")
        bounds = frame[["low", "high"]].astype(float).to_numpy()
        difference = frame["difference"].to_numpy()
        below.axhline(0, color=_GREY, linewidth=0.8)
        below.errorbar(
            sizes,
            difference,
            yerr=np.abs(bounds.T - difference),
            fmt="D",
            color="black",
            capsize=3,
            markersize=4,
        )
        for axis in (above, below):
            axis.set_xscale("log")
            axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
            axis.minorticks_off()
            axis.grid(alpha=0.3)


@dataclass(frozen=True)
class TrainingCurves:
    """Loss, accuracy, AUROC and learning rate of each epoch of one fine-tuning."""

    history: Sequence[Mapping[str, Any]]
    title: str

    def frame(self) -> pd.DataFrame:
        """One row per epoch, in the order in which they ran."""
        return pd.DataFrame(list(self.history)).assign(step=np.arange(1, len(self.history) + 1))

    def plot(self) -> Figure:
        """Four panels over the epochs; training and validation on the same axis."""
        frame = self.frame()
        figure = Figure(figsize=(7, 4.6), layout="constrained")
        panels = figure.subplots(2, 2, sharex=True).ravel()
        for axis, name in zip(panels, ("loss", "accuracy", "auroc"), strict=False):
            axis.plot(
                frame["step"], frame[f"train_{name}"], "o--", color=_GREY, label="training", markersize=3
            )
            axis.plot(
                frame["step"],
                frame[f"validation_{name}"],
                "s-",
                color=_TUNED,
                label="validation",
                markersize=3,
            )
            axis.set_ylabel("AUROC" if name == "auroc" else name)
        panels[0].legend(frameon=False, fontsize=8)
        panels[3].plot(frame["step"], frame["learning_rate"], "o-", color="black", markersize=3)
        panels[3].set_ylabel("learning rate")
        for axis in panels[2:]:
            axis.set_xlabel("epoch")
            axis.xaxis.get_major_locator().set_params(integer=True)
        figure.suptitle(self.title, fontsize=10)
        return figure


@dataclass(frozen=True)
class ConfusionMatrix:
    """How many test images (or studies) of each class were called what, at one threshold."""

    labels: Sequence[int]
    probabilities: Sequence[float]
    threshold: float
    title: str

    def frame(self) -> pd.DataFrame:
        """Rows: truth; columns: prediction; values: how many."""
        called = np.asarray(self.probabilities) >= self.threshold
        truth = np.asarray(self.labels) == 1
        counts = [[np.sum((truth == t) & (called == c)) for c in (False, True)] for t in (False, True)]
        return pd.DataFrame(counts, index=["normal", "abnormal"], columns=["normal", "abnormal"])

    def plot(self) -> Figure:
        """Four squares, shaded by the share of their row."""
        counts = self.frame().to_numpy()
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        figure = Figure(figsize=(3.4, 3.2), layout="constrained")
        axis = figure.subplots()
        axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(counts):
            shade = "white" if shares[row, column] > 0.5 else "black"
            text = f"{count:,}\n{shares[row, column]:.0%}"
            axis.text(column, row, text, ha="center", va="center", color=shade)
        axis.set_xticks([0, 1], ["normal", "abnormal"])
        axis.set_yticks([0, 1], ["normal", "abnormal"])
        axis.set_xlabel("predicted")
        axis.set_ylabel("truth")
        figure.suptitle(self.title, fontsize=8)
        return figure
