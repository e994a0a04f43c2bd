import logging
import sys

import pytest

from benchmark.cli.logs import _FILE, _PACKAGES, log_path, log_to

ours, other = logging.getLogger("benchmark.something"), logging.getLogger("another_library")


pytestmark = pytest.mark.usefixtures("logging_as_before")


def fail():
    try:
        raise KeyError
    except KeyError:
        ours.warning("MLflow [/x] failed", exc_info=True)


def test_by_default_the_terminal_shows_warnings_in_one_line(capsys):
    log_to(logging.WARNING)
    fail()
    ours.info("quiet")
    other.info("quiet")
    shown = capsys.readouterr().err
    assert "MLflow [/x] failed" in shown
    assert "Traceback" not in shown
    assert "quiet" not in shown


def test_the_file_has_all_from_info_with_tracebacks(capsys, tmp_path):
    file = tmp_path / "logs" / "a.log"
    log_to(logging.WARNING)
    log_to(file=file)
    fail()
    ours.info("begins")
    other.info("of another library")
    ours.debug("details")
    text = file.read_text()
    assert "Traceback" in text
    assert "INFO benchmark.something: begins" in text
    assert "of another library" in text
    assert "details" not in text
    assert "begins" not in capsys.readouterr().err


def test_verbose_shows_more_and_debug_is_ours_alone(capsys):
    log_to(logging.INFO)
    fail()
    ours.info("begins")
    ours.debug("details")
    shown = capsys.readouterr().err
    assert "begins" in shown
    assert "Traceback" in shown
    assert "details" not in shown
    log_to(logging.DEBUG)
    ours.debug("details")
    other.debug("of another library")
    shown = capsys.readouterr().err
    assert shown.count("details") == 1, "the second call replaced the first"
    assert "of another library" not in shown


def test_the_library_adds_no_handler():
    import benchmark.execution.run  # noqa: F401

    packages = [name for name in sys.modules if name.split(".")[0] in _PACKAGES]
    assert packages
    assert not [name for name in packages if logging.getLogger(name).handlers]


def test_a_log_file_is_named_by_its_time_and_command(tmp_path):
    path = log_path(tmp_path, "run")
    assert path.parent == tmp_path / "logs"
    assert path.name.endswith("Z-run.log")


def test_no_password_of_an_address_is_in_the_log_file(tmp_path, logging_as_before):
    file = tmp_path / "run.log"
    log_to(logging.WARNING, file)
    try:
        raise ConnectionError("http://bob:s3cret@host:5000/?token=t0k refused")
    except ConnectionError:
        logging.getLogger("benchmark").info("at http://bob:s3cret@host", exc_info=True)
    text = file.read_text()
    assert "ConnectionError: http://***@host:5000/?*** refused" in text
    assert "s3cret" not in text
    assert "t0k" not in text


class Full:
    """A stream on a full disk."""

    def write(self, _):
        raise OSError(28, "No space left on device")

    def flush(self):
        pass

    def close(self):
        pass


def test_a_full_disk_keeps_the_log_short_and_writes_nothing_to_the_terminal(
    tmp_path, logging_as_before, capsys
):
    log_to(logging.WARNING, tmp_path / "run.log")
    (handler,) = [h for h in logging.getLogger().handlers if h.name == _FILE]

    handler.setStream(Full()).close()
    logging.getLogger("benchmark").info("x")
    assert "Logging error" not in capsys.readouterr().err
