"""The command `benchmark data audit`, on a small phantom."""

import json
from shutil import copytree

import pytest
from click.testing import CliRunner

from benchmark.cli.audit import audit_root
from benchmark.cli.main import cli


def test_a_sound_phantom_has_no_error_and_its_files_are_written(phantom, tmp_path, capsys):
    assert audit_root(phantom, tmp_path / "out", as_json=False, jobs=1)
    assert "AUDIT001" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["audit.html", "audit.json"]
    assert json.loads((tmp_path / "out/audit.json").read_text())["schema"] == 1


def test_an_error_gives_status_1_and_json_is_all_that_is_printed(phantom, tmp_path):
    broken = copytree(phantom, tmp_path / "broken")
    next(broken.glob("train/*/*/*/*.png")).write_bytes(b"")
    result = CliRunner().invoke(cli, ["data", "audit", str(broken), "--json", "--jobs", "1"])
    assert result.exit_code == 1
    severities = {one["code"]: one["severity"] for one in json.loads(result.stdout)["findings"]}
    assert severities["AUDIT010"] == "error"


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_folder_without_a_data_set_is_one_line(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="not MURA"):
        audit_root(tmp_path / name, None, as_json=False, jobs=1)
