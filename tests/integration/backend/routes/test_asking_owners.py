"""Owners whom the operator's file names, asked for by people of its organization and of another one."""

from pathlib import Path

import httpx
import pytest
from asker import Asker, cites, told
from house import House

from backend.settings.api import ApiSettings

FILE = """
services:
- {service: apple-web, namespaces: [prod], owners: [apple-ines, apple/money]}
- {service: apple-web, clusters: ["eu-*"], owners: [apple-otto]}
- {service: apple-press, repository: apple/press, owners: [apple-mara]}
- {service: apple-peel, repository: apple/peel}
"""


@pytest.fixture
def services(tmp_path: Path) -> Path:
    file = tmp_path / "services.yaml"
    file.write_text(FILE)
    return file


@pytest.fixture
def settings(settings: ApiSettings, services: Path) -> ApiSettings:
    return settings.model_copy(update={"services_file": services})


async def test_owners_are_told_beside_those_of_runbooks_each_with_where_it_stands(
    http: httpx.AsyncClient, apple: House
) -> None:
    done = await Asker(http, apple).ask("who owns apple-web?")

    assert "apple-ines, apple/money own apple-web in namespace prod (services.yaml)" in told(done)
    assert "apple-otto owns apple-web in cluster eu-* (services.yaml)" in told(done)
    assert "apple-pickers owns the runbook" in told(done)
    assert {name for name, *_ in cites(done)} == {"service", "runbook"}


async def test_a_service_that_only_the_file_names_is_known(
    http: httpx.AsyncClient, apple: House
) -> None:
    asker = Asker(http, apple)

    assert "apple-mara owns apple-press (services.yaml)" in told(
        await asker.ask("who owns apple-press?")
    )
    assert "Nothing names an owner of apple-peel: no runbook of it and no entry" in told(
        await asker.ask("who owns apple-peel?")
    )


async def test_what_is_changed_in_the_file_is_told_and_a_bad_file_tells_what_it_said_before(
    http: httpx.AsyncClient, apple: House, services: Path
) -> None:
    asker = Asker(http, apple)
    await asker.ask("who owns apple-press?")

    services.write_text(FILE.replace("apple-mara", "apple-rui"))
    changed = await asker.ask("who owns apple-press?")
    services.write_text("services: {}")
    torn = await asker.ask("who owns apple-press?")

    assert "apple-rui owns apple-press" in told(changed)
    assert "apple-rui owns apple-press" in told(torn)
    assert "services.yaml is not told as it is now: services.yaml is not valid" in told(torn)


@pytest.mark.attack("what the operator's file says, asked for by another organization")
async def test_another_organization_is_told_nothing_of_the_file(
    http: httpx.AsyncClient, apple: House, zebra: House
) -> None:
    done = await Asker(http, zebra).ask("who owns apple-press?")

    assert "apple-mara" not in told(done)
    assert "services.yaml" not in told(done)
