"""The doctor names what is ill, and how it is mended, whether the platform runs or not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.cli.stack import examination
from backend.cli.stack.examination import Finding
from backend.cli.stack.layout import Layout
from backend.signer import keys

Write = Callable[..., Layout]


@pytest.fixture
def checkout(tmp_path: Path, database_url: str) -> Write:
    """A function that makes a checkout in which all is well, but for the settings given."""
    layout = Layout(tmp_path)
    keys.generate(layout.signing_key)

    def write(**changes: str) -> Layout:
        settings = {"DATABASE_URL": database_url, **changes}
        layout.env_file.write_text("".join(f"{k}='{v}'\n" for k, v in settings.items()))
        return layout

    return write


def findings(layout: Layout) -> dict[str, Finding]:
    return {item.part: item for item in examination.examine(layout)}


def test_what_is_well_is_said_to_be_well_though_the_platform_is_down(checkout: Write) -> None:
    found = findings(checkout())

    assert {name for name, item in found.items() if item.fault is None} == {
        "settings",
        "database",
        "reports",
        "policy",
        "playbooks",
        "objectives",
        "services",
        "runbooks",
        "signing key",
    }
    assert found["platform"] == Finding("platform", "it is not up here", "./start.sh")


@pytest.mark.usefixtures("own_database")
def test_a_database_that_was_never_migrated_is_told_from_one_that_is_away(
    checkout: Write, postgres_url: str
) -> None:
    empty = findings(checkout(DATABASE_URL=postgres_url.replace("/sre_agent?", "/postgres?")))
    away = findings(checkout(DATABASE_URL="postgresql://u:topsecret@127.0.0.1:9/db"))

    assert empty["database"].mend == ".venv/bin/sre-agent migrate"
    assert "DATABASE_URL" in str(away["database"].mend)
    assert "topsecret" not in str(away["database"])


def test_the_embedded_database_that_does_not_run_is_started_by_start_sh(
    checkout: Write, tmp_path: Path
) -> None:
    layout = checkout()
    layout.env_file.write_text("")

    found = findings(layout)["database"]

    assert found.fault
    assert "./start.sh" in str(found.mend)


def test_reports_that_cannot_be_written_are_named_with_their_folder(
    checkout: Write, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("")

    found = findings(checkout(INCIDENTS_DIR="a-file/incidents"))["reports"]

    assert str(tmp_path / "a-file" / "incidents") in str(found.fault)
    assert "INCIDENTS_DIR" in str(found.mend)


@pytest.mark.parametrize(
    ("variable", "part"),
    [
        ("POLICY_DIR", "policy"),
        ("AGENT_CONFIG", "policy"),
        ("PLAYBOOK_DIR", "playbooks"),
        ("SLO_FILE", "objectives"),
        ("SERVICES_FILE", "services"),
    ],
)
def test_rules_that_do_not_load_are_named_with_their_variable(
    variable: str, part: str, checkout: Write
) -> None:
    found = findings(checkout(**{variable: "nowhere"}))[part]

    assert "nowhere" in str(found.fault)
    assert variable in str(found.mend)


def test_a_repository_of_the_file_of_services_that_nobody_looks_at_is_named(
    checkout: Write, tmp_path: Path
) -> None:
    file = tmp_path / "services.yaml"
    file.write_text("services: [{service: till, repository: acme/till}]")

    strange = findings(checkout(SERVICES_FILE=file.name, GITHUB_REPOSITORIES="acme/store"))
    listed = findings(
        checkout(SERVICES_FILE=file.name, GITHUB_REPOSITORIES="acme/store, Acme/Till")
    )
    without = findings(checkout(SERVICES_FILE=file.name))

    assert "acme/till (of till) is not among GITHUB_REPOSITORIES" in str(strange["services"].fault)
    assert "GITHUB_REPOSITORIES in .env" in str(strange["services"].mend)
    assert listed["services"].fault is None
    assert without["services"].fault is None


def test_a_key_that_others_can_read_is_ill(checkout: Write) -> None:
    layout = checkout()
    os.chmod(layout.signing_key, 0o644)

    assert "chmod 600" in str(findings(layout)["signing key"].fault)


def test_a_folder_of_runbooks_that_is_not_there_is_named(checkout: Write) -> None:
    found = findings(checkout(RUNBOOKS_DIR="no/such/folder"))["runbooks"]

    assert "no/such/folder" in str(found.fault)
    assert "docs/runbooks.md" in str(found.mend)


def test_settings_that_a_program_would_refuse_are_told_in_its_words(checkout: Write) -> None:
    found = findings(checkout(MAX_CONCURRENT_ALERTS="banana"))["settings"]

    assert "MAX_CONCURRENT_ALERTS: Input should be a valid integer" in str(found.fault)
    assert ".env" in str(found.mend)
