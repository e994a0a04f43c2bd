import json

from benchmark.datasets.audit.checks import audit
from benchmark.datasets.audit.document import SCHEMA, document


def test_the_keys_are_the_promised_ones_and_rows_become_names(planted):
    content = json.loads(json.dumps(document(audit(planted)), allow_nan=False))
    assert set(content) == {"schema", "images", "findings"}
    assert (content["schema"], content["images"]) == (SCHEMA, 11)
    keys = {"code", "severity", "message", "examples", "copies", "shortcut"}
    assert all(set(finding) == keys for finding in content["findings"])
    (copy,) = content["findings"][0]["copies"]
    assert (copy["first"], copy["second"], copy["changes"]) == ("0.png", "10.png", "mirrored")
    assert 0.9 <= copy["likeness"] <= 1
