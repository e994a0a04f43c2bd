"""No password of a tracking address is shown or stored."""

from pathlib import Path

import pytest

from benchmark.store.addresses import address_digest, sqlite_path, sqlite_uri, without_secrets


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("http://bob:s3cret@host:5000", ["s3cret"]),
        ("https://bob:p@ss@host/x", ["p@ss"]),
        ("http://s3cret@host", ["s3cret"]),
        ("https://host/x?token=t0ken&user=u#frag", ["t0ken"]),
        ("postgresql+psycopg2://bob:p%40ss%21@db:5432/mlflow?sslpassword=xyz", ["p%40ss%21", "p@ss!", "xyz"]),
        ("http://bob:s3cret@[::1", ["s3cret"]),
    ],
)
def test_secrets_are_hidden_in_any_text(address, secrets):
    alone = " and alone: ".join(secrets)
    for text in (f"cannot reach {address}/api: refused ({alone})", f"--tracking-uri={address} {alone}"):
        shown = without_secrets(text, address)
        assert not any(secret in shown for secret in secrets), shown
        assert "host" in shown or "db" in shown or "[::1" in shown
    hidden = [secret for secret in (*secrets, "bob", "frag") if secret in address]
    assert not any(secret in without_secrets(f"'{address}'") for secret in hidden)


def test_text_without_secrets_stays():
    for text in ("sqlite:////tmp/runs/mlflow.db", "a@b.de wrote http://host:5000/x", "100 % of a?b=c"):
        assert without_secrets(text, None, "http://host:5000") == text


def test_a_server_is_known_by_its_address_without_secrets():
    same = ["http://h:5000", "http://h:5000/", "http://u:p@h:5000", "http://u:q@h:5000?token=1"]
    assert len({address_digest(address) for address in same}) == 1
    assert address_digest("http://h:5001") != address_digest("http://h:5000")


@pytest.mark.parametrize("folder", ["runs", "what?", "%41bc", "a#b", "50 %"])
def test_the_address_of_a_file_names_that_file(tmp_path, folder):
    path = tmp_path / folder / "mlflow.db"
    assert sqlite_path(sqlite_uri(path)) == path.resolve()
    assert "?" not in sqlite_uri(path)


def test_other_addresses_name_no_file():
    assert [sqlite_path(uri) for uri in ("http://h", "sqlite://", "sqlite:///:memory:")] == [None] * 3
    assert sqlite_path("sqlite:///x.db?timeout=5") == Path("x.db")
