"""Images through a device in batches: read ahead by a thread, of a size that fits, results back at once."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

AHEAD = 2  # batches in host memory before the one that is computed
Pixels = NDArray[Any]  # uint8 images, or float16 tokens
Read = Callable[[slice], Pixels]  # the images of these positions; called in a thread


@dataclass
class BatchSize:
    """How many images are computed at once: halved, for all later calls too, when they do not fit."""

    images: int


def first_batch_size(device: torch.device) -> BatchSize:
    """The size that is tried first: 256 on CUDA, else 32; both chosen by hand."""
    return BatchSize(256 if device.type == "cuda" else 32)


def compute_batches(
    compute: Callable[[Tensor], Tensor],
    read: Read,
    count: int,
    *,
    device: torch.device,
    size: BatchSize,
    label: str,
) -> NDArray[Any]:
    """The rows that `compute` gives for `count` images, batch by batch, as one array.

    `compute` takes what is read on the device and returns a tensor there, one row an image; it must
    not wait for the device, so that the next batch is there before the device needs it. Raises ValueError,
    with the network's `label`, when a single image does not fit the device.
    """
    while (found := _computed(compute, read, count, device, size.images)) is None:
        if size.images == 1:
            raise ValueError(f"{label}: one image does not fit the device")
        size.images //= 2
    return found.cpu().numpy()


def _computed(
    compute: Callable[[Tensor], Tensor], read: Read, count: int, device: torch.device, size: int
) -> Tensor | None:
    """The results on the device; None when a batch did not fit. Its memory is free again on return."""
    try:
        with closing(batches(read, count, size, device)) as coming:
            return torch.cat([compute(batch) for batch in coming])
    except torch.OutOfMemoryError:
        return None


def batches(read: Read, count: int, size: int, device: torch.device) -> Generator[Tensor]:
    """The images 0 to `count` on the device, `size` at a time: tensors as `read` gives them.

    A thread reads and sends AHEAD batches before they are asked for.
    """
    lane: _Lane = _CopyStream(device) if device.type == "cuda" else _Direct(device)

    def send(start: int) -> _Sent:
        return lane.send(read(slice(start, min(start + size, count))))

    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as thread:
        coming: deque[Future[_Sent]] = deque()
        for start in range(0, count, size):
            coming.append(thread.submit(send, start))
            if len(coming) > AHEAD:
                yield lane.receive(coming.popleft().result())
        while coming:
            yield lane.receive(coming.popleft().result())


def sent(array: NDArray[np.generic], device: torch.device) -> Tensor:
    """A copy of the array on the device; the host does not wait for CUDA, and the array may change at once.

    CUDA copies from page-locked memory, which torch keeps and uses again when its copies have ended.
    """
    like = torch.from_numpy(np.empty(0, array.dtype))
    host = torch.empty(array.shape, dtype=like.dtype, pin_memory=device.type == "cuda")
    np.copyto(host.numpy(), array)
    return host.to(device, non_blocking=device.type == "cuda")


@dataclass(frozen=True)
class _Sent:
    """A batch on the device; `copied` is the event after its copy, None where the copy has ended."""

    batch: Tensor
    copied: torch.cuda.Event | None = None


class _Lane(Protocol):
    """The way of a batch to the device: sent by the thread, received by the one that computes."""

    def send(self, images: Pixels) -> _Sent: ...

    def receive(self, coming: _Sent) -> Tensor: ...


@dataclass(frozen=True)
class _Direct:
    """Copy where the thread is; on the CPU there is nothing more to do."""

    device: torch.device

    def send(self, images: Pixels) -> _Sent:
        return _Sent(sent(images, self.device))

    def receive(self, coming: _Sent) -> Tensor:
        return coming.batch


class _CopyStream:
    """Copy on a CUDA stream of its own, beside the computing one, which waits for the copy on the device."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def send(self, images: Pixels) -> _Sent:
        with torch.cuda.stream(self._stream):  # selects the device, too, for this thread
            batch = sent(images, self._device)
            copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
            copied.record(self._stream)
        return _Sent(batch, copied)

    def receive(self, coming: _Sent) -> Tensor:
        computing = torch.cuda.current_stream(self._device)
        assert coming.copied is not None
        computing.wait_event(coming.copied)
        coming.batch.record_stream(computing)  # its memory is not used again before the computing has ended
        return coming.batch
