"""Addresses of servers: what of them may be shown and stored. Passwords and tokens never are."""

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # names of this machine, by which no other reaches it
_HIDDEN = "***"
_USER = re.compile(r"(?<=://)[^\s/'\"]*@")  # user:password@ up to the last @ before the host ends
_QUERY = re.compile(r"(\b[a-zA-Z][\w+.-]*://[^\s?#'\"]*)[?#][^\s'\"<>)]*")
_SHORTEST = 3  # characters of a password that is looked for by itself; shorter ones would hide usual words


def without_secrets(text: str, *addresses: str | None) -> str:
    """The text with `***` for the user part, query and fragment of every address in it.

    The secrets of `addresses` are hidden wherever they stand, also alone and percent-decoded.
    """
    for secret in sorted({s for address in addresses if address for s in _secrets(address)}, key=len)[::-1]:
        text = text.replace(secret, _HIDDEN)
    return _QUERY.sub(rf"\1?{_HIDDEN}", _USER.sub(f"{_HIDDEN}@", text))


def address_digest(address: str) -> str:
    """What identifies a server: a digest (16 hex digits) of its address without user, query and fragment."""
    plain = _USER.sub("", address).partition("?")[0].partition("#")[0].rstrip("/")
    return hashlib.sha256(plain.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def is_database(address: str) -> bool:
    """Whether an address is one of MLflow's databases (such as `postgresql+psycopg://…`), not of a server."""
    return address.partition(":")[0].partition("+")[0] in ("sqlite", "postgresql", "mysql", "mssql")


def sqlite_uri(path: Path) -> str:
    """The address of an SQLite file, with `%`, `?` and `#` in its path quoted."""
    text = str(path.resolve()).replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    return f"sqlite:///{text}"


def sqlite_path(uri: str) -> Path | None:
    """The file of an SQLite address; None for any other address, and for a database in memory."""
    path = unquote(uri.removeprefix("sqlite:///").partition("?")[0])
    return Path(path) if uri.startswith("sqlite:///") and path not in ("", ":memory:") else None


def _secrets(address: str) -> set[str]:
    """The password, the user part and the values in the query of an address, as written and decoded."""
    match = _USER.search(address)
    user_part = match.group()[:-1] if match else ""
    found = [user_part, user_part.partition(":")[2]]
    try:
        query = urlsplit(address).query
    except ValueError:  # no address that urllib can read, such as one with an open bracket
        query = address.partition("?")[2]
    found += [part.partition("=")[2] for part in query.split("&")]
    return {form for text in found for form in (text, unquote(text)) if len(form) >= _SHORTEST}
