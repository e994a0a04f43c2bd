from importlib.util import find_spec

from streamlit.testing.v1 import AppTest

from benchmark.app.server import GRID, WORKSPACE


def drawn(monkeypatch, environment):
    for name in (GRID, WORKSPACE):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return AppTest.from_file(find_spec("benchmark.app.script").origin, default_timeout=120).run()


def html(app):
    return " ".join(str(element.proto.body) for element in app.get("html"))


def test_it_shows_the_workspace_and_grid_of_the_environment(monkeypatch, kept_workspace):
    folder = str(kept_workspace.folder)
    assert "grid kept, cell" in html(drawn(monkeypatch, {WORKSPACE: folder}))
    assert "no model of the grid" in html(drawn(monkeypatch, {WORKSPACE: folder, GRID: "absent"}))
