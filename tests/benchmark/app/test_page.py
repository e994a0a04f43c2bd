"""The page by Streamlit's own test: its widgets and texts, without a browser."""

import logging

import pytest
from streamlit.testing.v1 import AppTest

from benchmark.app import page
from benchmark.app.opinions import Judge

LONGEST = 120  # seconds, on a busy machine


def drawn(workspace, grid=None):
    def script(folder, grid):
        from pathlib import Path

        from benchmark.app.page import show
        from benchmark.store.workspace import Workspace

        show(Workspace(Path(folder)), grid)

    return AppTest.from_function(script, args=(str(workspace.folder), grid), default_timeout=LONGEST).run()


def html(app):
    """All HTML of the page but its styles."""
    bodies = (str(element.proto.body) for element in app.get("html"))
    return " ".join(body for body in bodies if not body.startswith("<style>"))


def box(app, label):
    return next(one for one in app.selectbox if one.label.startswith(label))


def upload(app, views):
    files = [(view.name, view.content, "image/png") for view in views]
    return app.file_uploader[0].set_value(files).run()


@pytest.fixture
def app(kept_workspace):
    found = drawn(kept_workspace)
    assert not found.exception
    return found


def test_before_an_upload_it_offers_models_and_shows_how_the_best_did(app):
    assert box(app, "Grid").options == ["kept"]
    assert box(app, "Strategy").options[0].startswith("★ ")
    assert len(box(app, "Strategy").options) == 8
    said = html(app)
    assert "Not a medical device" in said
    assert "In its own test on all parts" in said
    assert "Upload a study" in said


def test_a_body_part_shows_the_performance_on_it(app):
    found = box(app, "Body part").select("hand").run()
    assert not found.exception
    assert "In its own test on hand" in html(found)


def test_a_study_gets_a_verdict_and_each_view_its_probability_and_map(app, views):
    found = upload(app, views)
    assert not found.exception
    said = html(found)
    assert said.count("bm-verdict") == 1
    assert "Upload a study" not in said
    for view in views:
        assert f"{view.name}: probability of abnormal" in said
    assert len(found.image) == 2 * len(views)


def test_frozen_and_fine_tuned_stand_beside_each_other_on_request(app, views):
    box(app, "Strategy").select(
        next(o for o in box(app, "Strategy").options if "frozen · bundled · logistic" in o)
    )
    found = upload(app.run(), views)
    found = found.toggle[0].set_value(True).run()
    assert not found.exception
    said = html(found)
    assert said.count("bm-verdict") == 2
    assert "frozen · bundled · logistic regression</div>" in said
    assert "fine-tuned · bundled · end to end</div>" in said


def test_without_a_model_on_the_other_side_there_is_no_such_request(app):
    edges = next(option for option in box(app, "Strategy").options if "hand-crafted" in option)
    found = box(app, "Strategy").select(edges).run()
    assert found.toggle[0].disabled


def test_a_file_that_is_no_image_is_one_line_and_the_next_study_is_judged(app, views):
    bad = views[0].__class__("x <b>.png", b"no image")
    found = upload(app, [*views, bad])
    assert not found.exception
    assert "x &lt;b&gt;.png: cannot be read as an image" in html(found)
    assert "bm-verdict" not in html(found)
    assert "bm-verdict" in html(upload(found, views))


def test_what_an_upload_breaks_is_one_line_and_its_name_in_no_log(app, views, monkeypatch, caplog):
    def broken(self, uploads):
        raise RuntimeError(uploads[0].name)

    monkeypatch.setattr(Judge, "opinion", broken)
    with caplog.at_level(logging.DEBUG):
        found = upload(app, views)
    assert not found.exception
    assert "The study could not be judged (RuntimeError)" in html(found)
    assert views[0].name not in caplog.text


def test_a_study_is_judged_once_for_each_model(app, views, monkeypatch):
    judged = []
    opinion = Judge.opinion

    def counted(self, uploads):
        judged.append(self.predictor.model.record.cell)
        return opinion(self, uploads)

    monkeypatch.setattr(Judge, "opinion", counted)
    found = upload(app, views)
    found.toggle[0].set_value(True).run().toggle[0].set_value(False).run()
    assert len(judged) == len(set(judged)) == 2


def test_removed_files_are_forgotten(app, views):
    found = upload(app, views)
    assert "opinions" in found.session_state
    found = found.file_uploader[0].set_value([]).run()
    assert "opinions" not in found.session_state
    assert "bm-verdict" not in html(found)


def test_a_grid_without_models_is_one_line(kept_workspace):
    found = drawn(kept_workspace, "absent")
    assert not found.exception
    assert "holds no model of the grid &#39;absent&#39;" in html(found)
    assert "Not a medical device" in html(found)


def test_a_model_is_loaded_once(app, views, monkeypatch):
    page._judge.clear()
    loaded = []
    judge_of = page.judge_of
    monkeypatch.setattr(
        page, "judge_of", lambda model, coverage: loaded.append(coverage) or judge_of(model, coverage)
    )
    for views_now in (views, views[:1], views):
        upload(app, views_now)
    assert loaded == [0.9]
