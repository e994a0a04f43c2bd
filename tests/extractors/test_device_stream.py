"""Batches through a device: in order, read ahead, of a size that fits; on CUDA in the right order of events."""

import threading
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from extractors import device_stream
from extractors.device_stream import (
    AHEAD,
    BatchSize,
    batches,
    compute_batches,
    first_batch_size,
    sent,
)

CPU = torch.device("cpu")
PIXELS = np.arange(7 * 4, dtype=np.uint8).reshape(7, 2, 2)


def sums(batch):
    return batch.float().sum(dim=(1, 2), keepdim=False)[:, None]


def computed(compute=sums, size=3, read=PIXELS.__getitem__):
    return compute_batches(compute, read, 7, device=CPU, size=BatchSize(size), label="'net'")


def test_every_image_comes_once_and_in_order():
    found = list(batches(PIXELS.__getitem__, 7, 3, CPU))
    assert [len(batch) for batch in found] == [3, 3, 1]
    assert np.array_equal(torch.cat(found).numpy(), PIXELS)
    rows = computed()
    assert (rows.dtype, rows.tolist()) == (np.float32, [[float(image.sum())] for image in PIXELS])


def test_batches_are_copies_that_a_later_read_does_not_change():
    buffer = np.zeros((1, 2, 2), np.uint8)

    def into_the_same_memory(rows):
        buffer[:] = PIXELS[rows]
        return buffer

    assert np.array_equal(torch.cat(list(batches(into_the_same_memory, 7, 1, CPU))).numpy(), PIXELS)


def test_a_thread_reads_no_more_than_a_few_batches_ahead():
    read, threads = [], set()

    def noted(rows):
        threads.add(threading.current_thread().name)
        read.append(rows.start)
        return PIXELS[rows]

    coming = batches(noted, 7, 1, CPU)
    next(coming)
    coming.close()  # waits for what was begun
    assert read == list(range(AHEAD + 1))
    assert threads == {"read-ahead_0"}


def test_a_size_that_does_not_fit_is_halved_and_kept():
    size, seen = BatchSize(8), []

    def tight(batch):
        seen.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError
        return sums(batch)

    for _ in range(2):
        rows = compute_batches(tight, PIXELS.__getitem__, 7, device=CPU, size=size, label="'net'")
        assert np.array_equal(rows, computed())
    assert seen == [7, 4, 2, 2, 2, 1, 2, 2, 2, 1]
    assert size.images == 2


def test_an_image_that_does_not_fit_alone_is_one_line():
    def full(batch):
        raise torch.OutOfMemoryError

    with pytest.raises(ValueError, match=r"^'net': one image does not fit the device$"):
        computed(full)


def test_an_error_of_the_reader_or_of_the_network_is_raised_as_it_is():
    def fails(_):
        raise KeyError("gone")

    for given in ({"read": fails}, {"compute": fails}):
        with pytest.raises(KeyError, match="gone"):
            computed(**given)
    assert not [one for one in threading.enumerate() if one.name.startswith("read-ahead")]


def test_read_only_memory_is_copied_without_a_warning():
    frozen = np.arange(3)
    frozen.flags.writeable = False
    copied = sent(frozen, CPU)
    assert (copied.dtype, copied.tolist()) == (torch.int64, [0, 1, 2])


def test_the_first_size_is_large_on_cuda_alone():
    assert [first_batch_size(torch.device(name)).images for name in ("cuda:1", "cpu", "mps")] == [256, 32, 32]


def test_on_cuda_the_computing_stream_waits_for_each_copy_and_the_host_for_none(monkeypatch):
    done = []

    class Stream:
        def __init__(self, name):
            self.name = name

        def wait_event(self, event):
            done.append((self.name, "waits for", event.number))

    class Event:
        made = 0

        def __init__(self):
            self.number, Event.made = Event.made, Event.made + 1

        def record(self, stream):
            done.append((stream.name, "copied", self.number))

    @contextmanager
    def selected(stream):
        yield

    class Sent:
        """A tensor on a device that is not there."""

        def __init__(self, batch):
            self.batch = batch

        def record_stream(self, stream):
            done.append((stream.name, "uses", int(self.batch[0, 0, 0]) // 4))

    computing = Stream("computing")
    cuda = SimpleNamespace(
        Stream=lambda device: Stream("copying"),
        Event=Event,
        stream=selected,
        current_stream=lambda device: computing,
    )
    monkeypatch.setattr(torch, "cuda", cuda)
    monkeypatch.setattr(device_stream, "sent", lambda array, device: Sent(torch.from_numpy(array.copy())))
    coming = batches(PIXELS.__getitem__, 7, 1, torch.device("cuda"))
    found = [one.batch for one in coming]
    assert np.array_equal(torch.cat(found).numpy(), PIXELS)
    for number in range(7):
        order = [step for step in done if step[2] == number]
        assert order == [
            ("copying", "copied", number),
            ("computing", "waits for", number),
            ("computing", "uses", number),
        ]
