"""Figures of single cells: which cells they show."""

from benchmark.reporting.prediction_figures import predictions, tuned_cells


def test_every_body_part_has_its_curves_and_every_network_its_training(findings):
    names = [name for name, *_ in predictions(findings)]
    assert {
        f"{kind}_{part}" for kind in ("roc", "precision_recall", "reliability") for part in ("all", "elbow")
    } <= set(names)
    assert "confusion_matrices" in names
    assert [name for name in names if name.startswith("decision")] == ["decision_curve_all"]
    assert [name for name in names if name.startswith("worklist")] == ["worklist_all"]
    assert sum(name.startswith("training_curves_") for name in names) == 2 * 3, "networks and body parts"


def test_a_roc_curve_is_drawn_from_the_predictions_of_the_leaders(findings):
    _, caption, make = next(one for one in predictions(findings) if one[0] == "roc_elbow")
    assert "all training images, first seed" in caption
    assert {"fine-tuned: resnet18", "fine-tuned: resnet34"} & set(make().frame().astype(str).stack())


def test_the_decision_curve_pairs_fine_tuned_with_frozen(findings):
    _, caption, make = next(one for one in predictions(findings) if one[0] == "decision_curve_all")
    assert "first seed" in caption
    table = make().frame()
    assert set(table["kind"]) == {"method", "all", "none", "difference"}
    assert set(table.loc[table["kind"] == "difference", "strategy"]) == {"fine_tuning"}


def test_tuned_cells_are_the_first_seed_at_the_largest_size(findings):
    found = list(tuned_cells(findings.evaluated))
    assert len({name for name, *_ in found}) == len(found) == 2 * 3
    for name, title, record in found:
        assert (record.strategy, record.seed, record.train_size) == ("fine_tuning", 0, "full")
        assert record.history
        assert record.backbone in title
        assert name.startswith(record.backbone)
