"""A start with a file of services that nobody could use is refused, with what to do."""

import socket
from pathlib import Path

import pytest

from backend.cli.stack import declared, lifecycle
from backend.cli.stack.layout import Layout
from backend.settings.common import SettingsError


def test_a_start_with_a_bad_file_is_refused_in_its_words(tmp_path: Path) -> None:
    (tmp_path / "services.yaml").write_text("services: [{service: till}]")

    with pytest.raises(SettingsError, match=r"SERVICES_FILE: .*entry 1 \(till\).*correct the file"):
        declared.check(tmp_path, {"SERVICES_FILE": "services.yaml"})


def test_it_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    layout, said = Layout(tmp_path), list[str]()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    layout.env_file.write_text(f"PORT={port}\nSERVICES_FILE=nowhere.yaml\n")

    with pytest.raises(SettingsError, match=r"SERVICES_FILE: there is no file .*nowhere\.yaml"):
        lifecycle.up(layout, said.append)

    assert not said
    assert not layout.supervisor_conf.exists()


def test_a_start_without_a_file_or_with_a_right_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "services.yaml").write_text("services: [{service: till, owners: [ines]}]")

    declared.check(tmp_path, {})
    declared.check(tmp_path, {"SERVICES_FILE": "services.yaml"})
