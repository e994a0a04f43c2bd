"""Images, studies and patients of each body part, split and label."""

from benchmark.analysis.dataset_counts import count_rows


def test_counts_are_those_of_the_manifest(findings):
    table = findings.counts
    images = findings.plan.manifest.images
    for part in ("elbow", "wrist"):
        for split in ("train", "test"):
            rows = images[(images["body_part"] == part) & (images["split"] == split)]
            counted = table[(table["body_part"] == part) & (table["split"] == split)]
            assert counted["images"].sum() == len(rows)
            assert counted["studies"].sum() == rows["study"].nunique()
            ill = counted[counted["label"] == 1].iloc[0]
            assert ill["patients"] == rows.loc[rows["label"] == 1, "patient"].nunique()


def test_all_comes_last_and_holds_the_others(whole):
    plan, _ = whole
    table = count_rows(plan)
    assert table["body_part"].drop_duplicates().tolist() == ["elbow", "wrist", "all"]
    images = table.groupby(["split", "body_part"])["images"].sum()
    for split in ("train", "test"):
        assert images[split, "all"] == images[split, "elbow"] + images[split, "wrist"]
