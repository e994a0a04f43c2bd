"""Turn off the lines that libtiff, the C library in Pillow, writes to the terminal about damaged files."""

import ctypes
import logging
from functools import cache

from PIL import _imaging

_log = logging.getLogger(__name__)


@cache
def silence_libtiff() -> None:
    """Let libtiff print nothing, in this process and all its threads.

    Pillow raises an exception for the same faults. libtiff's own switch is used (TIFFSetErrorHandler with a
    null pointer), since the file descriptor of stderr belongs to all threads. Where Pillow's build does not
    show the switch, nothing happens.
    """
    try:
        library = ctypes.CDLL(_imaging.__file__)
        for switch in (library.TIFFSetErrorHandler, library.TIFFSetWarningHandler):
            switch.restype = ctypes.c_void_p
            switch(ctypes.c_void_p(None))
    except (OSError, AttributeError, TypeError) as error:
        _log.debug("libtiff may print lines of its own: %s", error)
