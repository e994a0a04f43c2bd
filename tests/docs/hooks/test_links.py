"""Links of a Git host become links of the site."""

from docs.hooks.links import site_links


def test_a_file_beside_docs_becomes_its_page():
    assert (
        site_links("[a](../CONTRIBUTING.md#a-metric)", "grid.md") == "[a](project/contributing.md#a-metric)"
    )
    assert site_links("[a](../../SECURITY.md)", "howto/x.md") == "[a](../project/security.md)"
    assert site_links("[a](../README.md)", "grid.md") == "[a](index.md)"


def test_a_grid_becomes_its_place_on_the_page_of_grids():
    text = "[a](../../grids/literature/001.yaml) and [b](../../grids/mura.yaml)"
    assert (
        site_links(text, "howto/x.md")
        == "[a](../reference/grids.md#literature-001) and [b](../reference/grids.md#mura)"
    )


def test_links_of_a_text_from_outside_of_docs_start_from_its_place():
    assert site_links("[a](docs/grid.md#controls)", "project/changelog.md") == "[a](../grid.md#controls)"
    assert site_links("[a](SECURITY.md)", "project/contributing.md") == "[a](security.md)"
    assert site_links("[a](../../docs/method.md)", "project/model_card.md") == "[a](../method.md)"


def test_a_notebook_is_a_file_of_the_site():
    assert site_links("[a](../examples/api_tour.ipynb)", "notebooks.md") == "[a](examples/api_tour.ipynb)"
    assert site_links("[a](../../examples/a.ipynb)", "howto/x.md") == "[a](../examples/a.ipynb)"


def test_links_inside_of_docs_and_addresses_stay():
    for text in (
        "[a](grid.md#controls)",
        "[a](#here)",
        "![a](a.png)",
        "[a](https://example.org/b.md)",
        "[a](mailto:a@b.c)",
    ):
        assert site_links(text, "method.md") == text
    assert site_links("[a](../grid.md)", "howto/x.md") == "[a](../grid.md)"


def test_what_is_no_page_stays_so_that_a_strict_build_refuses_it():
    assert site_links("[a](../Makefile)", "grid.md") == "[a](../Makefile)"
