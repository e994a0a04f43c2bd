"""Tell by its first bytes whether a file holds weights, and what else it may be."""

import zipfile
from pathlib import Path

SAFETENSORS, PYTORCH = "safetensors", "PyTorch"
_HEAD = 512  # bytes that are looked at

# first bytes -> what such a file is, and the way out
_OTHERS = (
    (
        b"version https://git-lfs",
        "it is a pointer of Git LFS, not weights; run 'git lfs pull' in its repository, or download the file",
    ),
    (
        b"\x89HDF\r\n",
        "it is an HDF5 (Keras) file; convert it to PyTorch, or take the publisher's PyTorch file",
    ),
    (b"\x1f\x8b", "it is compressed by gzip; unpack it first"),
    (b"BZh", "it is compressed by bzip2; unpack it first"),
    (b"\xfd7zXZ", "it is compressed by xz; unpack it first"),
    (b"7z\xbc\xaf", "it is a 7z archive; unpack it first"),
    (b"Rar!", "it is a RAR archive; unpack it first"),
    (b"\x93NUMPY", "it is a NumPy array, not tensors by name"),
    (b"GGUF", "it is a GGUF file; take the publisher's safetensors or PyTorch file"),
)


def format_of(path: Path) -> str:
    """`safetensors` or `PyTorch`. Raises ValueError, with the way out, for any other file."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise ValueError("it is empty; copy or download it again")
    for first, meaning in _OTHERS:
        if head.startswith(first):
            raise ValueError(meaning)
    if head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= 100_000_000:
        return SAFETENSORS
    if head.startswith(b"PK"):
        _check_archive(path, size)
        return PYTORCH
    if head[:1] == b"\x80":  # pickle, protocol 2 or later: PyTorch before 1.6
        return PYTORCH
    if _is_text(head):
        web = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
        what = "a web page, perhaps an error or a login page" if web else "text"
        raise ValueError(f"it is {what}, not weights; download the file itself")
    raise ValueError("it is neither a safetensors nor a PyTorch file, or it is damaged")


def _check_archive(path: Path, size: int) -> None:
    """Raise ValueError for a zip archive that PyTorch did not write."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError) as error:
        raise ValueError("it is damaged or cut off; copy or download it again") from error
    names = [entry.filename for entry in entries]
    if not any(name.endswith("/data.pkl") or name == "data.pkl" for name in names):
        what = "NumPy arrays" if any(name.endswith(".npy") for name in names) else "other files"
        raise ValueError(
            f"it is a zip archive of {what}, not of PyTorch; unpack it, or take the PyTorch file"
        )
    if sum(entry.file_size for entry in entries) > size:
        raise ValueError(
            "it is a compressed zip archive, which PyTorch does not write; save it again by torch.save"
        )


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8-sig")
    return all(letter.isprintable() or letter.isspace() for letter in text)
