"""Digests in the place of identifiers: nobody can compute them who does not hold the images.

A plain digest of a patient's id is no protection: all ids of eight digits are tried in seconds. A random key
would be one more secret to keep, and without it no second run would draw the same patients. So the key is
made of the identifiers of all images (SOPInstanceUID), which are long and unique: whoever holds the same
images gets the same digests on any machine, whoever holds only results cannot tell whose they are. Adding or
removing an image changes all digests, as it makes all results stale anyway.
"""

import hashlib
from collections.abc import Iterable

import pandas as pd

from benchmark.datasets.spelling import without_spelling

_BYTES = 6  # of a digest: 12 hex digits, as those of a cell


def key_of(image_uids: Iterable[str]) -> bytes:
    """The key (32 bytes) of a data set; the order of its images does not count."""
    return hashlib.sha256("\n".join(sorted(image_uids)).encode(errors="backslashreplace")).digest()


def pseudonym(key: bytes, kind: str, identifier: str) -> str:
    """12 hex digits; equal identifiers of two kinds (`patient`, `study`, `image`) differ."""
    text = identifier.encode(errors="backslashreplace")
    return hashlib.blake2b(text, digest_size=_BYTES, key=key, person=kind.encode()).hexdigest()


def patients_of(patient_ids: pd.Series, issuers: pd.Series) -> pd.Series:
    """One text per person: the id without its spelling (`0012`, `12`), and who issued it.

    An id that also occurs without an issuer counts without it: that puts images of two people together at
    worst, and never one person on both sides of a split.
    """
    plain = patient_ids.map(without_spelling)
    issuer = issuers.map(without_spelling)
    unsure = set(plain[issuer == ""])
    return plain + "\x1f" + issuer.where(~plain.isin(unsure), "")
