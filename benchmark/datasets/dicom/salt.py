"""The secret of the digests in copies that leave the machine: a file for its owner alone, made once."""

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path

from benchmark.errors import UserError, reason

_BYTES = 32  # of a new salt, written as hex digits
_SHORTEST = 16  # bytes of a salt: 2 ** 64 at least, if it is random text


def key_of_salt(path: Path) -> tuple[bytes, bool]:
    """The key (32 bytes) made of a salt file, and whether the file was made just now.

    Raises UserError for a file that cannot be read or made, that others may read, or that is too short.
    """
    made = False
    try:
        if not os.path.lexists(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.suppress(FileExistsError):  # another process was faster
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                    stream.write(f"{secrets.token_hex(_BYTES)}\n")
                made = True
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UserError(f"{path}: the salt must be a file")
        content = path.read_bytes().strip()
    except OSError as error:
        raise UserError(
            f"{path}: the salt cannot be read or made: {reason(error)}; name another file by --salt-file"
        ) from None
    if os.name == "posix" and status.st_mode & 0o077:
        raise UserError(f"{path}: others may read this salt; make it yours alone: chmod 600 {path}")
    if len(content) < _SHORTEST:
        raise UserError(
            f"{path}: a salt has at least {_SHORTEST} bytes; take another file, or name one that does not "
            "exist to have it made"
        )
    return hashlib.sha256(content).digest(), made
