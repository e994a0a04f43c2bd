import unicodedata
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.datasets.manifest import COLUMNS, Manifest, read_manifest
from benchmark.errors import UserError

PNEUMONIA = Path(__file__).parents[3] / "../shared/data/pneumoniamnist/manifest.csv"
HEADER = "path,patient,study,body_part,label,split"


def write(folder: Path, *lines: str, header: str = HEADER, files: bool = True) -> Path:
    path = folder / "manifest.csv"
    path.write_text("\n".join((header, *lines)) + "\n")
    for line in lines if files else ():
        image = folder / line.split(",")[0].strip()
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(b"image")
    return path


def read(folder: Path, *lines: str, header: str = HEADER) -> Manifest:
    return read_manifest(write(folder, *lines, header=header))


def splits_of(manifest: Manifest) -> list[str]:
    return manifest.images["split"].tolist()


def test_rows_hold_the_columns_that_everything_else_reads(tmp_path: Path) -> None:
    manifest = read(tmp_path, "a/1.png,7,1,XR_ELBOW,1,train", "a/2.png,8,1,Hand ,0,test")
    assert tuple(manifest.images.columns) == COLUMNS
    assert manifest.images.iloc[0].tolist() == ["a/1.png", "7", "7/1", "elbow", 1, "train"]
    assert manifest.images["label"].dtype == "int64"
    assert manifest.images["body_part"].tolist() == ["elbow", "hand"]
    assert manifest.images.index.equals(pd.RangeIndex(2))
    assert manifest.paths()[1].is_file()


def test_study_numbers_that_repeat_between_patients_stay_apart(tmp_path: Path) -> None:
    manifest = read(tmp_path, "1.png,p,1,hand,0,train", "2.png,q,1,hand,1,train")
    assert manifest.images["study"].nunique() == 2


def test_with_test_rows_val_belongs_to_the_pool(tmp_path: Path) -> None:
    manifest = read(tmp_path, "1.png,p,1,hand,0,train", "2.png,q,1,hand,1,val", "3.png,r,1,hand,1,Test")
    assert splits_of(manifest) == ["train", "train", "test"]
    assert manifest.evaluated_on == "test"


@pytest.mark.parametrize("word", ["val", "valid", "VALID"])
def test_without_test_rows_valid_is_the_test_set(tmp_path: Path, word: str) -> None:
    manifest = read(tmp_path, "1.png,p,1,hand,0,train", f"2.png,q,1,hand,1,{word}")
    assert splits_of(manifest) == ["train", "test"]
    assert manifest.evaluated_on == "valid"


def test_a_split_of_training_rows_alone_is_evaluated_on_nothing(tmp_path: Path) -> None:
    manifest = read(tmp_path, "1.png,p,1,hand,0,train")
    assert (splits_of(manifest), manifest.evaluated_on) == (["train"], "")


def test_without_a_split_column_there_is_no_split(tmp_path: Path) -> None:
    manifest = read(tmp_path, "1.png,p,1,hand,0", header=HEADER.removesuffix(",split"))
    assert (splits_of(manifest), manifest.evaluated_on) == ([""], "")


def test_outer_blanks_and_a_byte_order_mark_do_not_make_other_patients(tmp_path: Path) -> None:
    path = write(tmp_path, "1.png, p ,1,hand,0,train", "2.png,p,1 ,hand,0,train")
    path.write_text("\ufeff" + path.read_text().replace(",", " ,", 1), encoding="utf-8")
    images = read_manifest(path).images
    assert (images["patient"].nunique(), images["study"].nunique()) == (1, 1)


def test_numbers_of_grades_are_told_how_to_be_read(tmp_path: Path) -> None:
    (tmp_path / "2.png").write_bytes(b"image")
    path = write(tmp_path, "1.png,p,1,hand,0,train")
    path.write_text(path.read_text() + "2.png,q,1,hand,2,train\n")
    with pytest.raises(UserError, match="understood: 0; for other classes or grades set"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("2.png,q,1,hand,2,train", ":3", "'2': label must be 0 (normal) or 1 (abnormal)"),
        ("2.png,q,1,hand,0,tset", ":3", "'tset': split must be one of train, val, valid, test"),
        ("./1.png,q,1,hand,0,train", ":3", "'./1.png': this path is listed twice"),
        ("2.png,p,1,hand,1,train", ":3", "'p/1': this study (patient/study) has two labels"),
        ("2.png,p,1,wrist,0,train", ":3", "'p/1': this study (patient/study) has two body parts"),
        ("2.png,,1,hand,0,train", ":3", "'2.png': 'patient' is empty"),
        ("2.png,q,1,hand,0", ":3", "5 fields, but the header has 6"),
        ("2.png,q,1,hand,0,train,x", ":3", "7 fields, but the header has 6"),
        ("\n\n2.png,q,1,hand,2,train", ":5", "'2': label"),  # blank lines count
    ],
)
def test_a_bad_row_is_named_with_file_line_and_value(
    tmp_path: Path, line: str, place: str, message: str
) -> None:
    (tmp_path / "2.png").write_bytes(b"image")
    path = write(tmp_path, "1.png,p,1,hand,0,train")
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(UserError) as error:
        read_manifest(path)
    assert str(error.value).startswith(f"{path}{place}: {message}")
    assert "\n" not in str(error.value)


def test_a_misspelt_column_is_named_with_what_it_may_be(tmp_path: Path) -> None:
    path = write(tmp_path, "1.png,p,1,hand,0", header="path,patient,study,body_prat,label")
    with pytest.raises(UserError, match=r"csv:1: the column 'body_part' is missing; is it 'body_prat'\?"):
        read_manifest(path)


def test_a_column_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "1.png,p,1,hand,0,1", header="path,patient,study,body_part,label,label")
    with pytest.raises(UserError, match="csv:1: the column 'label' occurs twice"):
        read_manifest(path)


def test_missing_files_are_counted_and_the_first_named(tmp_path: Path) -> None:
    lines = [f"{n}.png,p{n},1,hand,0,train" for n in range(5)]
    path = write(tmp_path, *lines, files=False)
    (tmp_path / "0.png").write_bytes(b"image")
    with pytest.raises(UserError, match=r"csv:3: 4 of 5 images do not exist: 1.png, 2.png, 3.png, \.\.\.$"):
        read_manifest(path)


@pytest.mark.parametrize("text", ["", HEADER + "\n", "\n\n"])
def test_an_empty_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    with pytest.raises(UserError, match="the manifest has no row"):
        read_manifest(path)


def test_a_manifest_that_is_not_there_is_refused_with_the_format(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no such manifest .*path,patient,study,body_part,label"):
        read_manifest(tmp_path / "manifest.csv")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\xff\xfe", b"\xff\xfe\x00a\x00"])
def test_a_file_that_is_no_csv_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "manifest.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"^[^\n]*cannot be read as CSV[^\n]*$"):
        read_manifest(path)


def test_the_digest_is_the_same_in_another_folder(tmp_path: Path) -> None:
    lines = ("1.png,p,1,hand,0,train", "2.png,q,1,hand,1,test")
    digests = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        digests.append(read(tmp_path / name, *lines).digest())
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "change",
    ["1.png,p,1,hand,1,train", "1.png,x,1,hand,0,train", "1.png,p,1,hand,0,test"],
    ids=["label", "patient", "split"],
)
def test_the_digest_notices_a_changed_row(tmp_path: Path, change: str) -> None:
    last = "2.png,q,1,hand,1,test"
    before = read(tmp_path, "1.png,p,1,hand,0,train", last).digest()
    assert read(tmp_path, change, last).digest() != before


def test_the_digest_notices_a_file_of_another_size(tmp_path: Path) -> None:
    path = write(tmp_path, "1.png,p,1,hand,0,train")
    before = read_manifest(path).digest()
    (tmp_path / "1.png").write_bytes(b"another image")
    assert read_manifest(path).digest() != before


def test_the_digest_is_the_same_whether_sizes_were_noted_or_are_looked_up(tmp_path: Path) -> None:
    read_then = read(tmp_path, "1.png,p,1,hand,0,train", "2.png,q,1,hand,1,test")
    assert read_then.sizes == {name: (tmp_path / name).stat().st_size for name in ("1.png", "2.png")}
    assert replace(read_then, sizes={}).digest() == read_then.digest()


@pytest.mark.skipif(not PNEUMONIA.is_file(), reason="PneumoniaMNIST is not in ../shared/data")
def test_pneumoniamnist_has_its_official_parts_and_labels() -> None:
    manifest = read_manifest(PNEUMONIA)
    rows = manifest.images.groupby(["split", "label"]).size().to_dict()
    assert rows == {("test", 0): 234, ("test", 1): 390, ("train", 0): 1349, ("train", 1): 3883}
    assert manifest.images["body_part"].unique().tolist() == ["chest"]
    assert manifest.evaluated_on == "test"


def test_what_was_taken_for_what_is_noted_once(tmp_path: Path) -> None:
    path = write(tmp_path, "1.png,p,1,hand,yes,Training", "2.png,q,1,hand,no,testing")
    text = path.read_text().replace(",", ";").replace("patient", "Patient ID")
    path.write_bytes(text.encode("utf-16"))
    manifest = read_manifest(path)
    assert manifest.images["label"].tolist() == [1, 0]
    assert splits_of(manifest) == ["train", "test"]
    assert manifest.notes == (
        "manifest.csv is read with: encoding UTF-16, fields separated by ';', column 'Patient ID' taken for "
        "'patient', label 'no' taken for 0, 'yes' taken for 1, split 'testing' taken for 'test', 'training' "
        "taken for 'train'",
    )
    assert read(tmp_path, "1.png,p,1,hand,0,train").notes == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2.png,nan,1,hand,0,train", "'nan': 'patient' holds a word for a missing value"),
        ("2.png,q,#N/A,hand,0,train", "'#N/A': 'study' holds a word for a missing value"),
        ("2.png,q,1,all,0,train", "'all': in a grid this means every body part"),
        ("2.png,q,1,XR_,0,train", "'XR_': not the name of a body part"),
        ("2.png,q,1,hand,positive,train", "'positive': label must be 0 (normal) or 1 (abnormal)"),
        ("2.png,q,1,hand,l,train", "'l': label must be 0 (normal) or 1 (abnormal)"),
        ("2.png,q,1,hand,-1,train", "'-1': label must be 0 (normal) or 1 (abnormal)"),
        ("../2.png,q,1,hand,0,train", "'../2.png' is not below the folder of the data set"),
        ("/2.png,q,1,hand,0,train", "'/2.png' is not below the folder of the data set"),
        ("C:\\2.png,q,1,hand,0,train", "'C:/2.png' is not below the folder of the data set"),
    ],
)
def test_a_row_that_would_be_misread_is_refused(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "2.png").write_bytes(b"image")
    path = write(tmp_path, "1.png,p,1,hand,0,train")
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(UserError) as error:
        read_manifest(path)
    assert f":3: {message}" in str(error.value)


def test_ids_with_a_slash_that_run_into_one_study_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"'a/b/c': this study .* has two patients"):
        read(tmp_path, "1.png,a,b/c,hand,0,train", "2.png,a/b,c,hand,0,train")


def test_files_outside_are_read_with_leave(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "1.png").write_bytes(b"image")
    path = write(tmp_path / "data", "../1.png,p,1,hand,0,train", files=False)
    assert read_manifest(path, allow_outside=True).paths()[0].read_bytes() == b"image"


def test_names_in_both_unicode_forms_are_one_patient_and_one_file(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    (tmp_path / f"{decomposed}.png").write_bytes(b"image")
    (tmp_path / "2.png").write_bytes(b"image")
    lines = (f"{composed}.png,{composed},1,hand,0,train", f"2.png,{decomposed},1,hand,0,train")
    path = write(tmp_path, *lines, files=False)
    manifest = read_manifest(path)
    assert manifest.paths()[0].is_file()
    assert manifest.images["patient"].nunique() == 1
    before = manifest.digest()
    (tmp_path / f"{decomposed}.png").rename(tmp_path / f"{composed}.png")
    assert read_manifest(path).digest() == before
    (tmp_path / f"{decomposed}.png").write_bytes(b"image")
    with pytest.raises(UserError, match="listed twice"):
        read_manifest(write(tmp_path, lines[0], lines[0].replace(composed, decomposed), files=False))


def test_other_columns_describe_images_and_change_no_digest(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    header = "path,patient,study,body_part,label"
    digests = set()
    for more, values in (("", ""), (",Sex,Hospital,Hospital ward, ,Age", ",F,north,3,,41.5")):
        (tmp_path / "m.csv").write_text(f"{header}{more}\na.png,p,s,hand,0{values}\n")
        found = read_manifest(tmp_path / "m.csv")
        digests.add(found.digest())
    assert len(digests) == 1
    assert list(found.images.columns[6:]) == ["sex", "age"]
    assert found.describing().to_dict("records") == [
        {"sex": "F", "age": "41.5", "hospital": "north", "hospital_ward": "3"}
    ]
