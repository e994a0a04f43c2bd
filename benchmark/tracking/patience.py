"""How MLflow's client speaks to a server: its patience is 8 tries of 120 s by default, and it prints."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_IMPATIENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # two lines for each run that a server holds
}


@contextmanager
def impatient() -> Iterator[None]:
    """MLflow's requests in the block fail after 10 s, unless the environment says otherwise; none prints.

    What fails is logged later from the records, so that no request needs another try at once.
    """
    absent = [name for name in _IMPATIENT if name not in os.environ]
    os.environ.update({name: _IMPATIENT[name] for name in absent})
    try:
        yield
    finally:
        for name in absent:
            os.environ.pop(name, None)
