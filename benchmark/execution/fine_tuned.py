"""The fine-tuning cells of a plan, one after the other, each on the whole device."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.execution.cost import tuned_cost
from benchmark.execution.executors import Progress, available_cores
from benchmark.execution.plan import PlannedCell
from benchmark.execution.record import Context, failed, finished, header, now
from benchmark.execution.subsets import Sample, Samples
from benchmark.store import record as recorded
from benchmark.store.record import Header
from benchmark.store.records import Records, Result
from classifiers.fine_tuning.data import TrainingImages
from classifiers.fine_tuning.fine_tune import TuningTask, fine_tune
from classifiers.fine_tuning.training import DivergedError
from extractors.array_store import StoredArray
from extractors.devices import choose_device, torch_threads
from extractors.digests import digest_of
from extractors.resource_usage import Usage, measured
from extractors.specs import BackboneSpec

Epoch = dict[str, Any]
Watch = Callable[[Header, recorded.Epoch], None]  # (what is known of the cell's record, an epoch's numbers)
_STAGE = "fine-tuning (epochs)"


@dataclass(frozen=True, eq=False)
class Tuner:
    """What all fine-tuning cells of a run need: pixels, samples, a device, and whom to tell of epochs."""

    samples: Samples
    pixels: StoredArray
    context: Context
    cache: Path
    device: str
    progress: Progress
    watch: Watch

    def run(self, cells: list[PlannedCell], records: Records) -> Iterator[tuple[str, str]]:
        """Fine-tune each cell and write its record, yielding (cell id, status)."""
        total = sum(_epochs(planned) for planned in cells)
        if total:
            self.progress(_STAGE, 0, total)
        with torch_threads(available_cores()):
            for planned in cells:
                self._sweep(planned)
                result = self._result(planned, total)
                records.write(result)
                if result.record.status == "ok":
                    shutil.rmtree(self._checkpoints(planned), ignore_errors=True)
                yield result.cell, result.record.status

    def _result(self, planned: PlannedCell, total: int) -> Result:
        """Fine-tune one cell; a failure is its own. Its checkpoints stay, unless its loss broke."""
        started, told = now(), [0]
        known = header(planned, self.context, started)

        def watch(epoch: Epoch) -> None:
            told[0] += 1
            self.progress(_STAGE, 1, total)
            self.watch(known, recorded.Epoch.model_validate(epoch))

        cell = planned.cell
        sample = self.samples.sample(cell.body_part, cell.train_size, cell.seed, cell.control)
        try:
            return self._tuned(planned, sample, started, watch)
        except DivergedError as error:
            shutil.rmtree(self._checkpoints(planned), ignore_errors=True)
            return failed(planned, self.context, error, started)
        except Exception as error:
            return failed(planned, self.context, error, started)
        finally:
            self.progress(_STAGE, _epochs(planned) - told[0], total)

    def _tuned(
        self, planned: PlannedCell, sample: Sample, started: str, watch: Callable[[Epoch], None]
    ) -> Result:
        cell = planned.cell
        assert isinstance(cell.extractor, BackboneSpec)
        assert cell.recipe is not None
        images = TrainingImages(
            pixels=self.pixels.data,
            rows=sample.train_rows,
            labels=sample.labels,
            groups=sample.groups,
            studies=sample.train_images["study"].to_numpy(dtype=object),
            body_parts=sample.train_images["body_part"].to_numpy(dtype=object),
            test_rows=sample.test_rows,
        )
        folder, device = self._checkpoints(planned), choose_device(self.device)
        resumed = folder.exists()  # what an earlier process used is not known
        with measured() as used:
            tuned = fine_tune(
                TuningTask(cell.extractor, cell.recipe, images, sample.seed, device, folder, watch)
            )
        used = Usage() if resumed else used
        facts = {
            "recipe": cell.recipe.asked(),
            "training": tuned.facts,
            "history": tuned.history,
            "cost": tuned_cost(tuned.fit, test=len(sample.test_rows), facts=tuned.facts, used=used),
        }
        files = {tuned.weights.name: tuned.weights}
        return finished(planned, sample, self.context, tuned.fit, started, files, **facts)

    def _sweep(self, planned: PlannedCell) -> None:
        """Delete what the cell had reached when it was computed otherwise."""
        kept = self._checkpoints(planned)
        for folder in kept.parent.glob(f"{planned.cell.id}-*"):
            if folder != kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _checkpoints(self, planned: PlannedCell) -> Path:
        """A folder that belongs to this cell as it is computed today."""
        return self.cache / "checkpoints" / f"{planned.cell.id}-{digest_of(planned.fingerprint)[:8]}"


def _epochs(planned: PlannedCell) -> int:
    """The most epochs that a cell may take."""
    return planned.cell.recipe.most_epochs() if planned.cell.recipe else 0
