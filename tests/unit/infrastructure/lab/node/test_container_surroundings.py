"""Images, variables, commands and addresses."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from infrastructure.lab.node.addresses import AddressesExhaustedError, PodAddresses
from infrastructure.lab.node.environment import ConfigError, command_of, expand, service_links
from infrastructure.lab.node.images import CatalogueError, Image, ImageCatalogue

SHOP: dict[str, Any] = {
    "images": {
        "lab/checkout": {
            "command": ["{python}", "-I", "/srv/checkout.py"],
            "env": {"NAME": "checkout", "FAIL": "0"},
            "tags": {"v1": {}, "v2": {"env": {"FAIL": "0.4"}}, "v3": {"command": ["false"]}},
        }
    }
}


def test_a_tag_adds_to_its_repository() -> None:
    catalogue = ImageCatalogue.of(SHOP, python="/usr/bin/python3")

    first, second = catalogue.find("lab/checkout:v1"), catalogue.find("lab/checkout:v2")
    third = catalogue.find("lab/checkout:v3")

    command = ("/usr/bin/python3", "-I", "/srv/checkout.py")
    assert first == Image(command, env={"NAME": "checkout", "FAIL": "0"})
    assert second == Image(command, env={"NAME": "checkout", "FAIL": "0.4"})
    assert third is not None
    assert third.command == ("false",)


def test_an_image_nobody_has_is_not_found_and_the_shell_always_is() -> None:
    catalogue = ImageCatalogue.of(SHOP, python="python")

    assert catalogue.find("lab/checkout") is None
    assert catalogue.find("registry.local:5000/lab/checkout") is None
    assert catalogue.find("lab/shell:1") == Image()


@pytest.mark.parametrize(
    "document",
    [
        {"images": []},
        {"images": {"a": {"tags": []}}},
        {"images": {"a": {"tags": {"v1": {"command": "sh"}}}}},
        {"images": {"a": {"tags": {"v1": {"env": {"N": 1}}}}}},
    ],
)
def test_a_catalogue_of_another_shape_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(CatalogueError):
        ImageCatalogue.of(document, python="python")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)-$(B)", "1-2"),
        ("$(MISSING)", "$(MISSING)"),
        ("$$(A)", "$(A)"),
        ("cost: 5$", "cost: 5$"),
        ("$A ${A}", "$A ${A}"),
    ],
)
def test_references_are_replaced_and_everything_else_stays(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1", "B": "2"}) == expanded


@pytest.mark.parametrize(
    ("container", "words"),
    [
        ({}, ["serve", "--fast"]),
        ({"args": ["--slow"]}, ["serve", "--slow"]),
        ({"command": ["other"]}, ["other"]),
        ({"command": ["sh", "-c"], "args": ["echo $(A)"]}, ["sh", "-c", "echo 1"]),
    ],
)
def test_the_containers_words_take_the_place_of_the_images(
    container: dict[str, Any], words: list[str]
) -> None:
    assert command_of(container, Image(("serve",), ("--fast",)), {"A": "1"}) == words


def test_no_command_at_all_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="no command specified"):
        command_of({}, Image(), {})


def test_services_are_linked_by_host_port_and_name() -> None:
    ports = [{"name": "http", "port": 80, "protocol": "TCP"}, {"name": "admin", "port": 81}]
    service = {"metadata": {"name": "big-shop"}, "spec": {"clusterIP": "127.9.0.1", "ports": ports}}
    headless = {"metadata": {"name": "h"}, "spec": {"clusterIP": "None", "ports": ports}}

    env = service_links([service, headless])

    assert env["BIG_SHOP_SERVICE_HOST"] == "127.9.0.1"
    assert env["BIG_SHOP_SERVICE_PORT"] == "80"
    assert env["BIG_SHOP_SERVICE_PORT_ADMIN"] == "81"
    assert env["BIG_SHOP_PORT_80_TCP"] == "tcp://127.9.0.1:80"
    assert not [name for name in env if name.startswith("H_")]


def test_pod_addresses_differ_stay_below_the_services_and_run_out() -> None:
    addresses = PodAddresses(IPv4Network("127.9.0.0/16"))
    everything = [addresses.take() for _ in range(239 * 254)]

    assert len(set(everything)) == len(everything)
    assert everything[0] == "127.9.1.1"
    assert everything[-1] == "127.9.239.254"
    with pytest.raises(AddressesExhaustedError):
        addresses.take()
    addresses.give_back("127.9.7.7")
    assert addresses.take() == "127.9.7.7"
