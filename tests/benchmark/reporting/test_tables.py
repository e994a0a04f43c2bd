"""The tables of a study: each is written three times or has its reason."""

from dataclasses import replace

import pandas as pd

from benchmark.grid.subgroups import Subgroup
from benchmark.reporting.tables import write_tables
from tests.benchmark.reporting.parts import names

TABLES = {
    "main",
    "differences",
    "tests",
    "crossovers",
    "curve_fits",
    "parts_together",
    "parts_shrunken",
    "spread",
    "cost",
    "data_set",
}


def test_every_table_is_written_three_times(report):
    assert names(report.tables) >= TABLES
    for start in ("body_part_elbow", "train_size_400", "epochs_"):
        assert any(name.startswith(start) for name in names(report.tables)), start
    for table in report.tables:
        if table.files:
            assert {path.stem for path in table.files} == {table.name}
            assert sorted(path.suffix for path in table.files) == [".csv", ".md", ".tex"]
            assert len(pd.read_csv(next(p for p in table.files if p.suffix == ".csv")))


def test_a_table_without_rows_has_its_reason_and_no_file(findings, tmp_path):
    empty = pd.DataFrame()
    written = {
        table.name: table
        for table in write_tables(replace(findings, spread=empty, crossovers=empty), tmp_path)
    }
    for name, reason in (
        ("spread", "one seed has no spread"),
        ("crossovers", "no network is both frozen and fine-tuned at two training sizes"),
        ("controls", "the grid has no finished controls"),
        ("ranks", "2 methods; ranks are compared from 3 on"),
    ):
        assert (written[name].reason, written[name].files) == (reason, ())
        assert not list(tmp_path.glob(f"{name}.*"))


def test_subgroups_that_the_grid_asks_for_have_a_table_or_a_reason(findings, tmp_path):
    evaluation = findings.evaluated.evaluation
    asked = evaluation.model_copy(update={"subgroups": [Subgroup(column="Site"), Subgroup(column="sex")]})
    manifest = findings.plan.manifest
    sites = pd.DataFrame({"site": manifest.images["patient"].str[-1].isin(list("01234")).map(str)})
    plan = replace(findings.plan, manifest=replace(manifest, others=sites))
    one = replace(findings, plan=plan, evaluated=replace(findings.evaluated, evaluation=asked))
    written = {table.name: table for table in write_tables(one, tmp_path)}
    assert written["subgroups_sex"].reason == "the data set has no column 'sex' that describes images (site)"
    table = pd.read_csv(tmp_path / "subgroups_site.csv")
    assert table["group"].astype(str).unique().tolist() == ["all", "False", "True"]
    verdicts = pd.read_csv(tmp_path / "group_verdicts.csv")
    assert set(verdicts["column"]) == {"Site"}, (
        "the column that is not there has a reason, and the rest goes on"
    )
    assert verdicts["group"].astype(str).unique().tolist() == ["False", "True"]
    interactions = pd.read_csv(tmp_path / "group_interactions.csv")
    assert set(interactions["groups"]) == {"False / True"}
    assert set(interactions["answer"]) <= {"undecided", "differs"}


def test_the_epoch_that_was_kept_is_marked(report):
    tables = [table.table for table in report.tables if table.name.startswith("epochs_")]
    assert len(tables) == 2 * 3, "networks and body parts"
    assert all("Bold: the epoch that was kept, 2." in table.note for table in tables), "as it was planted"
