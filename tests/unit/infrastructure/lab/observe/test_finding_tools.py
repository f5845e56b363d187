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


def test_packages_are_fetched_once_and_only_what_is_needed_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unpack = """#!/bin/sh
/bin/mkdir -p "$3/usr/bin" "$3/usr/share/prometheus/alertmanager"
for name in prometheus promtool prometheus-alertmanager amtool; do
  printf '#!/bin/sh\\n# /usr/share/prometheus/alertmanager\\n' > "$3/usr/bin/$name"
  /bin/chmod 755 "$3/usr/bin/$name"
done
/bin/touch "$3/usr/share/prometheus/alertmanager/default.tmpl"
"""
    install(tmp_path / "path", "apt-get", "dpkg-deb")
    (tmp_path / "path/apt-get").write_text("#!/bin/sh\necho fetched >> ../../count\n: > a.deb\n")
    (tmp_path / "path/dpkg-deb").write_text(unpack)
    (tmp_path / "cache").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "path"))

    first = tools.provide(tmp_path / "cache")
    second = tools.provide(tmp_path / "cache")

    assert first == second
    assert first.prometheus == tmp_path / "cache/bin/prometheus"
    assert (tmp_path / "count").read_text() == "fetched\n"
    kept = sorted(path.name for path in (tmp_path / "cache/bin").iterdir())
    assert kept == ["prometheus", "prometheus-alertmanager", "promtool"]
    assert b"# usr/share//prometheus/alertmanager" in first.alertmanager.read_bytes()
    assert (first.home / "usr/share/prometheus/alertmanager/default.tmpl").exists()


def test_the_relocated_folder_fits_where_the_built_in_one_was() -> None:
    assert len(tools.RELATIVE_FOLDER) == len(tools.BUILT_IN_FOLDER)
    assert not Path(tools.RELATIVE_FOLDER.decode()).is_absolute()
