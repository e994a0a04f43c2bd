import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmark.store.record import (
    RECORD_VERSION,
    UNNAMED_INTERVALS,
    Failed,
    Finished,
    json_schema,
    read_record,
)
from tests.benchmark.recorded import CONTENT, RESULT, failed, finished

SCHEMA = Path(__file__).parents[3] / "docs" / "record.schema.json"


def test_what_is_read_is_written_the_same():
    content = CONTENT | RESULT
    assert read_record(content).to_json() == content


def test_the_status_says_which_kind_of_record_it_is():
    assert isinstance(finished(), Finished)
    assert isinstance(failed(), Failed)


@pytest.mark.parametrize(
    "content",
    [{}, {"status": "ok"}, [], None, 3, CONTENT | {"status": "done"}, CONTENT | RESULT | {"metrics": []}],
)
def test_what_is_no_record_is_refused(content):
    with pytest.raises(ValueError, match="validation error"):
        read_record(content)


@pytest.mark.parametrize("key", [*CONTENT.keys() - {"version"}, *RESULT.keys() - {"intervals"}])
def test_a_record_without_a_key_that_it_needs_is_refused(key):
    content = CONTENT | RESULT
    with pytest.raises(ValueError, match=key):
        read_record({name: value for name, value in content.items() if name != key})


def test_the_oldest_records_lack_version_intervals_and_cost():
    old = finished(version=None, intervals=None)
    assert (old.version, old.intervals, old.cost, old.embedding) == (0, UNNAMED_INTERVALS, None, None)
    assert old.devices == []


def test_keys_of_a_later_version_are_kept():
    later = read_record(CONTENT | RESULT | {"version": RECORD_VERSION + 1, "site": "north"})
    assert later.to_json()["site"] == "north"


def test_a_record_does_not_change():
    with pytest.raises(ValidationError):
        finished().threshold = 0.4


def test_axes_name_the_control_only_where_there_is_one():
    assert "control" not in finished().axes
    assert finished(control="majority").axes["control"] == "majority"


def test_the_schema_in_the_docs_is_the_schema():
    assert json.loads(SCHEMA.read_text()) == json_schema(), "make docs/record.schema.json again: make schema"
