import json
from shutil import copytree

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.store.kept_models import read_model
from benchmark.store.records import MODEL, Records
from extractors.specs import BackboneSpec, ConcatSpec


@pytest.fixture
def records(kept_run, tmp_path) -> Records:
    """A copy of the grid's records to damage."""
    copytree(kept_run[1].folder, tmp_path / "kept")
    return Records(tmp_path, "kept")


def record_of(records, classifier):
    return next(r for r in records.all() if r.classifier == classifier)


def test_a_model_is_complete_and_holds_no_code(kept_run):
    _, records = kept_run
    for record in records.all():
        model = read_model(records, record)
        assert model.size == 40
        assert model.familiarity.limit > 0
        assert (model.tuned is not None) == (record.strategy == "fine_tuning")
        held_out = model.classifier.held_out
        assert len(held_out.probabilities) == len(held_out.labels) == len(held_out.patients)
        assert ((held_out.probabilities >= 0) & (held_out.probabilities <= 1)).all()
        files = list((records.cell_folder(record.cell) / MODEL).iterdir())
        assert {path.suffix for path in files} <= {".json", ".safetensors"}


def test_no_patient_of_the_test_set_is_among_those_of_the_conformal_rule(kept_run):
    """The rule is calibrated by training patients alone: as many as the record counts, at most."""
    _, records = kept_run
    for record in records.all():
        patients = np.unique(read_model(records, record).classifier.held_out.patients)
        assert len(patients) <= record.counts.train_patients


def test_a_cell_without_a_model_says_what_to_do(records):
    record = record_of(records, "xgboost")
    (records.cell_folder(record.cell) / MODEL / "extractor.json").unlink()
    with pytest.raises(UserError, match=r"has no model \(extractor.json\): set 'keep_models: all'"):
        read_model(records, record)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "extractor": 3}'])
def test_a_damaged_index_is_one_line(records, content):
    record = record_of(records, "xgboost")
    (records.cell_folder(record.cell) / MODEL / "extractor.json").write_text(content)
    with pytest.raises(UserError, match="is damaged") as raised:
        read_model(records, record)
    assert "\n" not in str(raised.value)


def test_a_model_of_a_later_version_is_not_guessed_at(records):
    record = record_of(records, "xgboost")
    path = records.cell_folder(record.cell) / MODEL / "extractor.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 9}))
    with pytest.raises(UserError, match="later version"):
        read_model(records, record)


def test_a_tuned_network_with_other_weights_is_refused(records):
    record = record_of(records, "end_to_end")
    path = records.cell_folder(record.cell) / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"abcd")
    with pytest.raises(UserError, match="not the file that was written with it"):
        read_model(records, record)


def test_mirrored_views_and_concatenations_are_read_as_they_were_asked(frozen_forms):
    _, records = frozen_forms
    found = {record.backbone: read_model(records, record) for record in records.all()}
    assert found["bundled-flip"].extractor == BackboneSpec("bundled", flip="average")
    both = found["bundled + bundled-random"]
    assert both.extractor == ConcatSpec((BackboneSpec("bundled"), BackboneSpec("bundled", "random")))
    assert [network.extractor for network in both.networks] == list(both.extractor.parts)
    assert [network.identity for network in both.networks] == both.identity["concat"]
    assert found["bundled"].networks == [found["bundled"]]
