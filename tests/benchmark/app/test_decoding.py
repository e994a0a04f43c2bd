"""What a decoder does to its process is said in a line, and the next file is decoded by a new one."""

import os
import signal
import subprocess
import sys
import time
from io import BytesIO

import numpy as np
import psutil
import pytest
from PIL import Image

from benchmark.app.decoding import SIDE, Asked, Decoder, look_at
from extractors.pixels import UnreadableImageError

ASKED = Asked(32, "pad", None)
KILLS, HANGS, FILLS = b"kills", b"hangs", b"fills"


def hostile(content, asked):
    """A decoder with a fault for some contents."""
    if content == KILLS:
        os.kill(os.getpid(), signal.SIGSEGV)
    if content == HANGS:
        time.sleep(600)
    if content == FILLS:
        bytearray(5 * 2**30)
    return look_at(content, asked)


def png():
    buffer = BytesIO()
    values = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def decoder():
    started = Decoder(hostile, seconds=20)
    started.start()
    yield started
    started._pool.shutdown(wait=True, kill_workers=True)


def test_what_comes_back_is_what_decoding_here_gives(decoder):
    here, there = look_at(png(), ASKED), decoder(png(), ASKED)
    assert np.array_equal(here.pixels, there.pixels)
    assert np.array_equal(here.picture, there.picture)
    assert there.picture.shape == (SIDE, SIDE)
    assert here.doubts == there.doubts == ()


def test_no_image_is_a_line(decoder):
    with pytest.raises(UnreadableImageError, match="not a PNG"):
        decoder(b"no image", ASKED)


def test_a_crash_ends_the_process_alone_and_another_takes_its_place(decoder):
    with pytest.raises(UnreadableImageError, match="it makes its decoder crash"):
        decoder(KILLS, ASKED)
    assert decoder(png(), ASKED).pixels.shape == (32, 32)


def test_a_process_that_was_ended_from_outside_costs_no_file(decoder):
    pid = decoder._submit(os.getpid).result(60)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not decoder._pool._flags.broken:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    decoder.start()
    assert decoder(png(), ASKED).pixels.shape == (32, 32)


def test_a_decoder_that_does_not_end_is_stopped():
    slow = Decoder(hostile, seconds=1)
    with pytest.raises(UnreadableImageError, match="it takes more than 1 seconds"):
        slow(HANGS, ASKED)
    assert not [child for child in psutil.Process().children() if child.status() == "zombie"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_decoder_that_fills_the_memory_gets_none(decoder):
    with pytest.raises(UnreadableImageError, match="it takes too much memory"):
        decoder(FILLS, ASKED)
    assert decoder(png(), ASKED).pixels.shape == (32, 32)


def test_the_process_ends_with_the_server(tmp_path):
    code = (
        "import os, sys, time\n"
        "from benchmark.app.decoding import DECODER\n"
        "DECODER.start()\n"
        "pid = DECODER._pool.submit(os.getpid).result(60)\n"
        "print(pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    pid = int(done.stdout)
    deadline = time.monotonic() + 30
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie":
        assert time.monotonic() < deadline, "the worker outlived the server"
        time.sleep(0.1)
