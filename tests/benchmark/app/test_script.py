from importlib.util import find_spec

from streamlit.testing.v1 import AppTest

from benchmark.app.server import COVERAGE, GRID, WORKSPACE


def drawn(monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return AppTest.from_file(find_spec("benchmark.app.script").origin, default_timeout=120).run()


def html(app):
    return " ".join(str(element.proto.body) for element in app.get("html"))


def test_it_shows_the_workspace_and_grid_of_the_environment(monkeypatch, kept_workspace, views):
    folder = str(kept_workspace.folder)
    told = {WORKSPACE: folder, GRID: "", COVERAGE: "0.75"}
    found = drawn(monkeypatch, told)
    assert "grid kept, cell" in html(found)
    found.file_uploader[0].set_value([(view.name, view.content, "image/png") for view in views]).run()
    assert "At 75\N{NO-BREAK SPACE}% coverage" in html(found)
    assert "no model of the grid" in html(drawn(monkeypatch, told | {GRID: "absent"}))
