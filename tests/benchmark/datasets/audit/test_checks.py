from benchmark.datasets.audit.checks import CHECKS, audit


def test_every_check_has_a_code_of_its_own_in_order(planted):
    told: list[tuple[str, int, int]] = []
    audited = audit(planted, progress=lambda *step: told.append(step))
    assert [finding.code for finding in audited.findings] == [
        f"AUDIT{n:03d}" for n in range(1, len(CHECKS) + 1)
    ]
    assert {stage for stage, _, _ in told} == {"reading images", "comparing images"}


def test_a_planted_copy_is_found_by_split_patient_and_label(planted):
    audited = audit(planted)
    worst = {finding.code: finding.severity for finding in audited.findings if finding.copies}
    assert worst == {"AUDIT001": "error", "AUDIT002": "warning", "AUDIT003": "error"}
    assert audited.has_error


def test_a_sound_data_set_has_no_error(planted):
    sound = type(planted)(planted.root, planted.images.iloc[:10], "")
    assert not audit(sound).has_error
