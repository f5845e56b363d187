"""The file of services: what it may say, and how what is wrong with it is told."""

from pathlib import Path

import pytest

from sre_agent.config import services
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.services import ALL, ServiceEntry


def parse(text: str) -> tuple[ServiceEntry, ...]:
    return services.parse("services.yaml", text)


def test_a_file_says_from_what_services_are_built_and_who_owns_them() -> None:
    [found] = parse(
        """
        services:
        - service: till
          clusters: [eu-*]
          namespaces: [shop, shop-?]
          repository: https://git.example/acme/store.git
          paths: [apps/till/, ./deploy/till.yaml]
          owners: ["@ines", acme/money, Ada Berg]
        """
    )

    assert found == ServiceEntry(
        service="till",
        clusters=("eu-*",),
        namespaces=("shop", "shop-?"),
        repository="acme/store",
        paths=("apps/till", "deploy/till.yaml"),
        owners=("@ines", "acme/money", "Ada Berg"),
    )


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("acme/store", "acme/store"),
        ("https://github.com/acme/store", "acme/store"),
        ("https://token@git.example/acme/store.git/", "acme/store"),
        ("git@git.example:acme/store.git", "acme/store"),
        ("ssh://git@git.example/acme/store", "acme/store"),
    ],
)
def test_a_repository_is_known_by_its_name_or_its_address(written: str, named: str) -> None:
    [found] = parse(f"services: [{{service: till, repository: '{written}'}}]")

    assert found.repository == named


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services: [", "services.yaml is no YAML:"),
        ("", "has to say `services:` with a list, as in docs/changes.md"),
        ("service: []", "services: Field required"),
        ("services: [till]", "entry 1: Input should be a valid dictionary"),
        (
            "services: [{service: site, owners: [a]}, {service: till, repository: acme}]",
            "entry 2 (till), repository: 'acme' is no repository: write owner/name",
        ),
        ("services: [{service: till}]", "entry 1 (till): says nothing of the service"),
        (
            "services: [{service: till, paths: ['apps/*']}]",
            "entry 1 (till), paths.0: 'apps/*' is no path of a folder or file",
        ),
        ("services: [{service: till, paths: [a/../b]}]", "is no path of a folder or file"),
        (
            "services: [{service: till, owner: ada}]",
            "entry 1 (till), owner: there is no such field, only service, clusters,",
        ),
        (
            "services: [{service: till, owners: [a]}, {service: till, namespaces: [x], owners: [b]}]",
            "entry 2 (till) never counts, since entry 1 holds there already: put it before that one",
        ),
        (
            "services: [{service: till, owners: [a], owners: [b]}]",
            "owners is there twice",
        ),
    ],
)
def test_what_is_wrong_is_told_with_the_file_the_entry_and_what_to_do(text: str, told: str) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        parse(text)

    assert "services.yaml" in str(caught.value)
    assert told in str(caught.value)


def test_of_many_faults_a_few_are_told_and_the_others_counted() -> None:
    with pytest.raises(InvalidConfigurationError, match=r"entry 5.*; and 4 more$"):
        parse(f"services: [{', '.join(['{service: till}'] * 9)}]")


def test_more_special_entries_stand_before_the_general_one() -> None:
    found = parse(
        "services: [{service: till, namespaces: [x], owners: [b]}, {service: till, owners: [a]}]"
    )

    assert [entry.owners for entry in found] == [("b",), ("a",)]


def test_whose_repository_no_other_service_names_has_all_of_it() -> None:
    found = parse(
        """
        services:
        - {service: till, repository: acme/till, namespaces: [shop]}
        - {service: till, repository: Acme/Till}
        - {service: site, repository: acme/web}
        - {service: search, repository: acme/web}
        - {service: mail, repository: acme/web, paths: [mail]}
        - {service: ledger, owners: [ines]}
        """
    )

    assert [entry.paths for entry in found] == [(ALL,), (ALL,), (), (), ("mail",), ()]


@pytest.mark.parametrize(
    ("cluster", "namespace", "expected"),
    [
        ("eu-1", "shop", True),
        ("us-1", "shop", False),
        ("eu-1", "other", False),
        ("eu-1", "", False),
    ],
)
def test_an_entry_speaks_of_the_places_that_it_names(
    cluster: str, namespace: str, *, expected: bool
) -> None:
    entry = ServiceEntry(service="till", clusters=("eu-*",), namespaces=("sh?p",), owners=("a",))

    assert entry.covers(cluster, namespace) is expected


def test_a_file_that_is_not_there_is_told_with_where_it_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigurationError, match=r"there is no file .*docs/changes\.md"):
        services.load(tmp_path / "services.yaml")


def test_repositories_that_nobody_looks_at_are_told_with_their_services() -> None:
    entries = parse(
        """
        services:
        - {service: till, repository: acme/till}
        - {service: site, repository: acme/web}
        - {service: search, repository: acme/web}
        - {service: mail, repository: Acme/Mail}
        """
    )

    assert services.unlisted(entries, ["acme/till", "acme/mail"]) == {
        "acme/web": ("site", "search")
    }
