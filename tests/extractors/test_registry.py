import pickle
import subprocess
import sys
from dataclasses import dataclass

import pytest

from extractors.registry import lazy, with_entry_points

GROUP = "benchmark.tests"


@dataclass(frozen=True)
class Entry:
    name: str


ADDED = Entry("added")
TAKEN = Entry("own")


MODULE = f"from {__name__} import ADDED, TAKEN"


def test_a_lazy_function_is_imported_at_its_first_call_and_can_be_pickled():
    code = (
        "import sys; from extractors.registry import lazy; f = lazy('colorsys:rgb_to_hsv');"
        "assert 'colorsys' not in sys.modules; assert f(0, 0, 0) == (0, 0, 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    again = pickle.loads(pickle.dumps(lazy("operator:add")))
    assert again == lazy("operator:add")
    assert again(1, 2) == 3


@pytest.mark.parametrize("target", ["operator", "operator:", ":add", "operator:a b"])
def test_a_target_of_another_form_is_refused(target):
    with pytest.raises(ValueError, match="module:function"):
        lazy(target)


def test_own_entries_come_first_then_those_of_installed_packages(install):
    assert with_entry_points(GROUP, [Entry("own")]) == {"own": Entry("own")}
    install(GROUP, "third_party_module:ADDED", MODULE)
    assert list(with_entry_points(GROUP, [Entry("own")])) == ["own", "added"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("third_party_module:TAKEN", "the name 'own' is taken"),
        ("third_party_module:ABSENT", "cannot be imported"),
        ("absent_module:ADDED", "cannot be imported"),
        ("third_party_module:__name__", "must load a .*Entry, not an object of class str"),
    ],
)
def test_a_wrong_entry_point_is_named_with_its_package(install, value, problem):
    install(GROUP, value, MODULE)
    with pytest.raises(ValueError, match=f"mine = {value}.*third-party.*{problem}"):
        with_entry_points(GROUP, [Entry("own")])


def test_a_module_that_raises_at_its_import_is_named(install):
    install(GROUP, "third_party_module:ADDED", "assert False")
    with pytest.raises(ValueError, match=r"third-party.*cannot be imported \(AssertionError"):
        with_entry_points(GROUP, [Entry("own")])
