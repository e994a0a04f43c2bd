"""An address space that is limited (`ulimit -v`, some batch systems): said in one line, and kept to."""

import os
import sys

from benchmark.errors import UserError

LEAST = 2**30  # bytes; with less, libraries hang as they are loaded; torch alone takes several GiB
_PER_THREAD = 2 * 40 * 2**20  # bytes that OpenBLAS takes for a thread: once for NumPy, once for SciPy
_SHARE = 0.25  # of the address space, for the threads of OpenBLAS; chosen by hand


def keep_to_address_space() -> None:
    """Let OpenBLAS start no more threads than there is room for; called before NumPy is imported.

    OpenBLAS takes memory for one thread per core as it is loaded, and where it gets none it asks again for
    ever. Raises UserError for an address space that is too small for that.
    """
    limit = _limit()
    if limit is None:
        return
    if limit < LEAST:
        raise UserError(
            f"the address space is limited to {limit / 2**20:,.0f} MiB (ulimit -v): allow at least "
            f"{LEAST / 2**20:,.0f} MiB to plan, and several GiB to run"
        )
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(max(1, int(limit * _SHARE / _PER_THREAD))))


def _limit() -> int | None:
    """The bytes of address space that this process may take; None without a limit."""
    if sys.platform == "win32":
        return None
    import resource

    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if soft == resource.RLIM_INFINITY else soft
