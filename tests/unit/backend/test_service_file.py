"""The file of services is read anew when it changes, told to its own organization, and takes nothing down."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from backend.service_file import ServiceFile

OWN = "default"


@pytest.fixture
def file(tmp_path: Path) -> ServiceFile:
    place = tmp_path / "services.yaml"
    write(place, "ines")
    return ServiceFile(place, OWN)


def write(place: Path, owner: str) -> None:
    place.write_text(f"services: [{{service: till, owners: [{owner}]}}]")


def owners(file: ServiceFile) -> list[str]:
    told = file.read(OWN)
    assert told is not None
    return [name for entry in told.entries for name in entry.owners]


def test_what_is_changed_in_it_counts_from_the_next_question_on(file: ServiceFile) -> None:
    before = owners(file)
    assert file.path is not None

    write(file.path, "otto-and-others")

    assert (before, owners(file)) == (["ines"], ["otto-and-others"])


def test_while_it_cannot_be_read_what_it_said_before_counts_and_why_is_told_once(
    file: ServiceFile,
) -> None:
    owners(file)
    assert file.path is not None
    file.path.write_text("services: [{service: till}]")

    with capture_logs() as logs:
        kept = [file.read(OWN), file.read(OWN)][-1]

    assert kept is not None
    assert [entry.owners for entry in kept.entries] == [("ines",)]
    assert "entry 1 (till): says nothing of the service" in kept.fault
    assert [(item["event"], item["kept"]) for item in logs] == [("services_file_unreadable", 1)]


def test_one_that_was_never_read_says_nothing_but_why_until_it_is_mended(tmp_path: Path) -> None:
    file = ServiceFile(tmp_path / "services.yaml", OWN)

    missing = file.read(OWN)
    write(tmp_path / "services.yaml", "ines")

    assert missing is not None
    assert missing.entries == ()
    assert "there is no file" in missing.fault
    mended = file.read(OWN)
    assert mended is not None
    assert (len(mended.entries), mended.fault) == (1, "")


def test_another_organization_is_told_nothing_and_no_file_says_nothing(file: ServiceFile) -> None:
    assert file.read("other") is None
    assert ServiceFile(None, OWN).read(OWN) is None
