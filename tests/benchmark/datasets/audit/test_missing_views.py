from benchmark.datasets.audit.missing_views import missing_views
from tests.benchmark.datasets.audit.audited import audited


def test_a_study_with_fewer_views_than_most_is_found():
    studies = ["a/1", "a/1", "b/1", "b/1", "c/1", "c/1", "d/1", "e/1"]
    parts = ["hand"] * 7 + ["elbow"]
    finding = missing_views(audited(8, study=studies, body_part=parts))
    assert (finding.code, finding.severity) == ("AUDIT008", "warning")
    assert finding.examples == ("d/1: 1 of 2 views usual for hand",)


def test_studies_of_one_view_each_are_none():
    assert missing_views(audited(8)).severity == "ok"
