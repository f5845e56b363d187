"""Finding Prometheus and Alertmanager."""

from pathlib import Path

import pytest

from infrastructure.lab.observe import tools


def install(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)


def test_programs_of_the_path_come_before_those_of_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(tmp_path / "path", "prometheus", "alertmanager")
    install(tmp_path / "cache/bin", "prometheus", "prometheus-alertmanager", "promtool")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))

    found = tools.provide(tmp_path / "cache")

    assert found.prometheus == tmp_path / "path/prometheus"
    assert found.promtool == tmp_path / "cache/bin/promtool"


def test_without_programs_and_without_apt_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    with pytest.raises(tools.ToolsError, match="apt-get install prometheus"):
        tools.provide(tmp_path / "cache")


def test_a_failing_download_says_what_apt_said_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(tmp_path / "path", "apt-get", "dpkg-deb")
    (tmp_path / "path/apt-get").write_text("#!/bin/sh\necho 'E: no network' >&2\nexit 100\n")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))

    with pytest.raises(tools.ToolsError, match=r"no network.*install them"):
        tools.provide(tmp_path / "cache")


def test_the_relocated_folder_fits_where_the_built_in_one_was() -> None:
    assert len(tools.RELATIVE_FOLDER) == len(tools.BUILT_IN_FOLDER)
    assert not Path(tools.RELATIVE_FOLDER.decode()).is_absolute()
