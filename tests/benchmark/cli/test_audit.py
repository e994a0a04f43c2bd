"""The command `benchmark data audit`, on a small data set."""

import json

import pytest
from click.testing import CliRunner

from benchmark.cli.audit import audit_root
from benchmark.cli.main import cli
from tests.benchmark.datasets.audit.audited import write_data_set


@pytest.fixture
def root(tmp_path):
    (tmp_path / "data").mkdir()
    return write_data_set(tmp_path / "data")


def test_a_sound_data_set_has_no_error_and_its_files_are_written(root, tmp_path, capsys):
    assert audit_root(root, tmp_path / "out", as_json=False, jobs=1)
    assert "AUDIT001" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["audit.html", "audit.json"]
    assert json.loads((tmp_path / "out/audit.json").read_text())["schema"] == 1


def test_an_error_gives_status_1_and_json_is_all_that_is_printed(root):
    (root / "3.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0")
    result = CliRunner().invoke(cli, ["data", "audit", str(root), "--json", "--jobs", "1"])
    assert result.exit_code == 1
    severities = {one["code"]: one["severity"] for one in json.loads(result.stdout)["findings"]}
    assert severities["AUDIT010"] == "error"


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_folder_without_a_data_set_is_one_line(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="not MURA"):
        audit_root(tmp_path / name, None, as_json=False, jobs=1)


def test_an_output_that_cannot_be_written_is_known_before_any_image_is_read(root, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        audit_root(root, tmp_path / "file" / "out", as_json=False, jobs=1)
