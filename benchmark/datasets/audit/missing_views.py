"""AUDIT008: studies with fewer views than usual for their body part."""

from benchmark.datasets.audit.findings import Audited, Finding, found


def missing_views(audited: Audited) -> Finding:
    """Usual is the most common number of views of the part; the others may have been lost in a copy."""
    studies = audited.images.groupby(["body_part", "study"]).size().rename("views").reset_index()
    usual = studies.groupby("body_part")["views"].agg(lambda views: views.mode().iloc[0])
    studies["usual"] = studies["body_part"].map(usual)
    fewer = studies[studies["views"] < studies["usual"]]
    examples = [
        f"{row.study}: {row.views} of {row.usual} views usual for {row.body_part}"
        for row in fewer.itertuples()
    ]
    return found("AUDIT008", "warning", "studies with fewer views than most of their body part", examples)
