"""The command `sites` without any result; with results: tests/benchmark/test_sites_api.py."""

from click.testing import CliRunner

from benchmark.cli.main import cli

CSV = "path,patient,study,body_part,label,site\na.png,p,s,hand,0,A\nb.png,q,t,hand,1,B\n"
GRID = """\
name: g
dataset: {kind: manifest, root: ., protocol: patient}
hand_crafted: {descriptors: [edges], classifiers: [majority]}
"""


def invoke(folder):
    asked = ["sites", "--grid", str(folder / "g.yaml"), "--workspace", str(folder / "runs")]
    return CliRunner().invoke(cli, asked)


def test_grids_are_written_and_what_to_run_is_said(tmp_path):
    (tmp_path / "g.yaml").write_text(GRID)
    (tmp_path / "manifest.csv").write_text(CSV)
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    found = invoke(tmp_path)
    assert found.exit_code == 0, found.output
    text = " ".join(found.output.split())
    assert "site 'A': no cell is finished. benchmark run --grid" in text
    assert text.count(f"--workspace {tmp_path / 'runs'}") == 2, "the next command is about the same workspace"
    assert sorted(path.name for path in tmp_path.glob("*.yaml")) == [
        "g.site-a.yaml",
        "g.site-b.yaml",
        "g.yaml",
    ]


def test_data_without_sites_are_one_line(tmp_path):
    (tmp_path / "g.yaml").write_text(GRID)
    (tmp_path / "manifest.csv").write_text(CSV.replace("site", "clinic"))
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    assert "needs a column 'site'" in str(invoke(tmp_path).exception)
