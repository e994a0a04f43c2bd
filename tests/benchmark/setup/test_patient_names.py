from benchmark.setup.patient_names import guessed_patients, hint


def test_words_for_patients_are_found_in_names_and_folders():
    paths = [
        "train/x/person12_virus_3.jpeg",
        "patient_0007/view1.png",
        "a/IM-0115-0001.png",
        "sub-03_x.png",
        "12.png",
    ]
    assert guessed_patients(paths) == ["person12", "patient_0007", "im-0115", "sub-03", None]


def test_words_inside_of_words_are_none():
    assert guessed_patients(["showcase3.png", "grid7.png"]) == [None, None]


def test_the_hint_names_a_file_and_its_guess():
    assert hint(["1.png", "x/person1_a.png"]) == "'person1_a.png' looks like patient 'person1'"
    assert hint(["1.png"]) == ""
