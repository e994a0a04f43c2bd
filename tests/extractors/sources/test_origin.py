from extractors.sources.origin import Origin, origin_in, origin_in_torch

URL = "https://download.example/models/a-1.pth?version=2"


def test_a_download_of_torch_is_found_by_its_address(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.hub.get_dir", lambda: str(tmp_path))
    assert origin_in_torch(URL) == Origin(False, URL)
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints/a-1.pth").write_bytes(b"x")
    assert origin_in_torch(URL).here


def test_a_download_of_a_library_is_in_its_own_folder(tmp_path):
    assert not origin_in(tmp_path, URL).here
    (tmp_path / "a-1.pth").write_bytes(b"x")
    assert origin_in(tmp_path, URL).here


def test_a_folder_has_no_host():
    assert (Origin(True).host, Origin(True, URL).host) == ("", "download.example")
