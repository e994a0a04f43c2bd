"""The pages of grid keys and of the record have every key, with what the code says of it."""

from benchmark.grid.schema import Grid
from classifiers.fine_tuning.recipes import Augmentation, Recipe
from docs.hooks.models import grid_keys, record


def section(page, heading):
    (found,) = [part for part in page.split("## ") if part.startswith(heading)]
    return found


def test_every_key_of_the_grid_has_a_row():
    page = grid_keys()
    for heading, model in (
        ("The whole file", Grid),
        ("Recipe: `adaptation.recipe`, `fine_tuning.recipe`", Recipe),
        ("Augmentation: ", Augmentation),
    ):
        part = section(page, heading)
        assert [name for name in model.model_fields if f"| <code>{name}</code> |" not in part] == []


def test_a_row_says_values_default_and_the_comment_of_the_code():
    page = grid_keys()
    row = (
        "| <code>rotate</code> | number, ≥ 0, ≤ 180 | <code>0.0</code> | up to this many degrees either way |"
    )
    assert row in section(page, "Augmentation: ")
    assert "| <code>name</code> | text | **needed** | the MLflow experiment" in page
    assert "(#Evaluation) | that of its keys | The primary metric" in page
    assert "(registries.md#classifiers)" in section(page, "FeatureExtraction: `feature_extraction`")


def test_all_links_of_a_page_lead_to_a_section_of_it():
    import re

    for page in (grid_keys(), record()):
        assert set(re.findall(r"\]\(#(\w+)\)", page)) <= set(re.findall(r"\{#(\w+)\}", page))


def test_the_record_has_its_parts():
    part = section(record(), "Cost: `cost`")
    assert "| <code>energy_kwh</code> | number | none |" in part
