"""The page in headless Chromium: a normal and an abnormal study, several views, two models, an invalid file."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pydicom
import pytest

from tests.benchmark.app.test_server import answers
from tests.servers import free_port, kill, wait_until

pytestmark = pytest.mark.slow
DRAWN = "document.querySelector('[data-testid=stApp]').dataset.testScriptState == 'notRunning'"
WIDE = "document.documentElement.scrollWidth > window.innerWidth + 1"
READY = "!!document.querySelector('input[type=file]') && !!document.querySelector('[data-testid=stCheckbox] label')"
NOTICE = """(() => { const b = document.querySelector('.bm-notice').getBoundingClientRect();
  return b.height > 0 && b.bottom <= window.innerHeight + 1; })()"""


@pytest.fixture(scope="module")
def address(kept_workspace):
    port = free_port()
    command = [sys.executable, "-m", "benchmark", "app", "--workspace", str(kept_workspace.folder)]
    process = subprocess.Popen([*command, "--port", str(port)], start_new_session=True)
    try:
        assert wait_until(lambda: answers(port))
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(60)
        kill(process)


@pytest.fixture
def opened(browser, address):
    """The page, ready; afterwards, nothing may have been complained of, or asked of another server."""
    browser.open(address)
    browser.wait_for(READY)
    yield browser
    errors, requests = browser.errors, browser.requests
    browser.open("about:blank")  # else the page complains, in the next test, of a server that has ended
    assert errors == []
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []


@pytest.fixture(scope="module")
def studies(kept_run):
    """The files of a test study of several views that the chosen frozen model calls normal, and of one abnormal."""
    plan, records = kept_run
    record = next(one for one in records.all() if one.strategy == "fine_tuning")
    found = {}
    for _, rows in records.read_predictions(record).groupby("study"):
        files = [plan.manifest.root / image for image in rows["image"]]
        found.setdefault(int(rows["label"].iloc[0]), files)
        if len(files) > 1:
            found["several"] = files
    return found


def text(browser):
    return browser.run("document.querySelector('.stMainBlockContainer').innerText")


def judge(browser, files):
    browser.choose_files("input[type=file]", files)
    browser.wait_for("!!document.querySelector('.bm-verdict, .bm-error')")
    browser.wait_for(DRAWN)


def pictures_are_there(browser, number):
    """Whether so many pictures are on the page and have arrived."""
    shown = "[...document.querySelectorAll('.stMainBlockContainer [data-testid=stImage] img')]"
    browser.wait_for(f"{shown}.length == {number} && {shown}.every(i => i.complete && i.naturalWidth == 512)")


@pytest.mark.parametrize("label", [0, 1])
def test_a_normal_and_an_abnormal_study_get_a_verdict_with_all_that_qualifies_it(opened, studies, label):
    judge(opened, studies[label])
    said = text(opened)
    assert ("Normal\n" in said) != ("Abnormal\n" in said)
    for words in (
        "probability of abnormal",
        "threshold",
        "At 90\N{NO-BREAK SPACE}% coverage",
        "In its own test",
        "AUROC",
    ):
        assert words in said
    pictures_are_there(opened, 2 * len(studies[label]))


def test_several_views_are_one_study(opened, studies):
    judge(opened, studies["several"])
    pictures_are_there(opened, 2 * len(studies["several"]))
    assert opened.run("document.querySelectorAll('.bm-view').length") == len(studies["several"])


def test_a_dicom_file_is_judged_and_what_identifies_its_patient_is_not_shown(opened):
    file = Path(str(files("data_store") / "data/RG1_J2KR.dcm"))
    judge(opened, [file])
    pictures_are_there(opened, 2)
    patient = str(pydicom.dcmread(file).PatientName)
    assert patient
    assert patient not in text(opened)


def test_two_models_stand_beside_each_other(opened, studies):
    opened.click("[data-testid=stCheckbox] label")
    opened.wait_for("document.querySelectorAll('.bm-method').length == 2")
    judge(opened, studies["several"])
    opened.wait_for("document.querySelectorAll('.bm-verdict').length == 2")
    tops = opened.run("[...document.querySelectorAll('.bm-verdict')].map(e => e.getBoundingClientRect().top)")
    assert tops[0] == pytest.approx(tops[1], abs=2)


def test_an_invalid_file_is_one_line_and_no_markup(opened, studies, tmp_path):
    bad = tmp_path / "<img src=x onerror=alert(1)>.png"
    bad.write_bytes(b"no image")
    judge(opened, [*studies[0], bad])
    assert "<img src=x onerror=alert(1)>.png: cannot be read as an image" in text(opened)
    assert not opened.run("!!document.querySelector('img[src=x]')")
    assert "Traceback" not in text(opened)


def test_it_always_says_that_it_is_no_medical_device(opened, studies):
    assert opened.run(NOTICE)
    judge(opened, studies["several"])
    opened.run("document.querySelector('[data-testid=stMain]').scrollTo(0, 100000)")
    assert opened.run(NOTICE)


def test_a_phone_scrolls_down_and_not_aside(browser, address, studies):
    browser.open(address, width=390, height=800)
    browser.wait_for("!!document.querySelector('input[type=file]')")
    judge(browser, studies["several"])
    assert not browser.run(WIDE)
    assert browser.run(NOTICE)
    browser.open("about:blank")
