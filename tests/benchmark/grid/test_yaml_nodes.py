"""YAML becomes plain values of bounded size, or one line that says where it does not."""

import tempfile
import time
from pathlib import Path

import pytest
import yaml

from benchmark.errors import UserError
from benchmark.grid.yaml_lines import read_yaml
from benchmark.grid.yaml_nodes import BoundedLoader, plain_content

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000))


def content(text):
    return plain_content(BoundedLoader(text).get_single_node())


def test_values_are_those_of_yaml_but_keys_and_dates_are_texts():
    text = "a: 1\nb: 1.5\nc: [yes, null, x, 0x10]\n3: 2020-13-45\non: {}\nd: 2020-01-01\n"
    assert content(text) == {
        "a": 1,
        "b": 1.5,
        "c": [True, None, "x", 16],
        "3": "2020-13-45",
        "on": {},
        "d": "2020-01-01",
    }


def test_merged_mappings_stand_behind_the_own_keys():
    text = "x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}\nz: {<<: [*x, {c: 4}]}\nagain: *x\n"
    found = content(text)
    assert found == yaml.safe_load(text)
    assert found["y"] == {"a": 1, "b": 3}
    assert read_as(text).line_of(["y", "b"])[0] == 2


def read_as(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "g.yaml"
        path.write_bytes(text.encode(errors="surrogatepass"))
        return read_yaml(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n  [1, 2]: b\n", "2: a: a key must be a text, not a list or a mapping"),
        ("a: 1\n? {b: c}\n: d\n", "2: the grid: a key must be a text"),
        ("a: !!python/object/apply:os.system [id]\n", "1: a: the tag !!python/object/apply:os.system means"),
        ("a: !!python/name:os.system\n", "1: a: the tag !!python/name:os.system means nothing"),
        ("a: [!mine x]\n", "1: a.0: the tag !mine means nothing here: remove it"),
        ("a: !!set {b}\n", "1: a: the tag !!set"),
        ("a: !!binary aGk=\n", "1: a: the tag !!binary"),
        ("a: !!omap [b: 1]\n", "1: a: the tag !!omap"),
        ("a: {<<: 3}\n", "1: not valid YAML: expected a mapping or list of mappings for merging"),
        ("a: !!int abc\n", "1: a: 'abc' is no whole number"),
        ("a: !!int ''\n", "1: a: '' is no whole number"),
        ("a: !!bool x\n", "1: a: 'x' is no true or false"),
        ("a: !!float x\n", "1: a: 'x' is no number"),
        ("b: 1\na: [1, .nan]\n", "2: a.1: .nan is no finite number"),
        ("a: -.inf\n", "1: a: -.inf is no finite number"),
        ("a: 1.0e+999\n", "1: a: 1.0e+999 is no finite number"),
        (f"a: {'9' * 5000}\n", f"1: a: '{'9' * 40}…' is no whole number"),
        (f"a: {'9' * 19}\n", f"1: a: {'9' * 19} is too large a number"),
        ("a: b\x07\n", "1: not valid YAML: U+0007 is a control character: remove it"),
        ("a:\n- b\n- \x00\n", "3: not valid YAML: U+0000 is a control character"),
        ('a: "\\ud800"\n', "1: a: no text may hold U+D800: remove it"),
        ('a: "b\\0"\n', "1: a: no text may hold U+0000"),
        ('a: "\\U99999999"\n', "1: not valid YAML: an escape or a version out of range"),
        ("a: &a [*a]\n", "1: not valid YAML: this alias is within its own anchor"),
        ("a: &a {b: {c: *a}}\n", "1: not valid YAML: this alias is within its own anchor"),
        ("a: *nobody\n", "1: not valid YAML: found undefined alias 'nobody'"),
        (f"a: {'[' * 1500}\n", "1: not valid YAML: more than 40 levels"),
        (f"a: {'{b: ' * 1500}\n", "1: not valid YAML: more than 40 levels"),
        (f"{'- ' * 20_000}\n", "1: not valid YAML: more than 40 levels"),
        (BOMB, "6: not valid YAML: more than 100,000 values, with its aliases"),
        (CHAIN, "40: not valid YAML: more than 40 levels, with its aliases"),
        ("a: 1\n---\nb: 2\n", "2: not valid YAML: but found another document"),
    ],
)
def test_what_has_no_plain_value_is_one_line_soon(text, said):
    begun = time.perf_counter()
    with pytest.raises(UserError) as caught:
        read_as(text)
    assert f"g.yaml:{said}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - begun < 5
