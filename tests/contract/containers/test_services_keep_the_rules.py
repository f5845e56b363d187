"""Every service is confined, limited, watched and restarted."""

import re
from typing import Any

import pytest
from stack_file import document, services

SERVICES = services()
ONE_SHOTS = {"migrate", "signing-key"}
"""They end by themselves; others wait until they have ended well."""


@pytest.fixture(params=SERVICES, ids=str)
def service(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"name": request.param, **SERVICES[request.param]}


def test_it_is_pinned(service: dict[str, Any]) -> None:
    assert re.search(r":.*\d+(\.\d+)+", service["image"]), service["image"]


def test_it_runs_as_a_user_that_is_not_root(service: dict[str, Any]) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])


def test_it_is_confined(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert not {"privileged", "cap_add", "pid", "ipc", "devices"} & set(service)


def test_it_is_limited(service: dict[str, Any]) -> None:
    assert {"mem_limit", "cpus", "pids_limit"} <= set(service)
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_it_is_watched_by_something_real_and_soon_after_the_start(service: dict[str, Any]) -> None:
    check = service["healthcheck"]
    if service["name"] in ONE_SHOTS:
        assert check == {"disable": True}
        return
    asked = " ".join(check["test"])
    assert re.search(r"probe\.py|/-/ready|/ready|pg_isready|ping|ollama list|lab status", asked)
    assert {"interval", "timeout", "retries", "start_period", "start_interval"} <= set(check)


def test_it_comes_back(service: dict[str, Any]) -> None:
    expected = {"signing-key": "no", "migrate": "on-failure:5"}
    assert service["restart"] == expected.get(service["name"], "unless-stopped")


def test_it_waits_for_what_it_needs_and_says_how(service: dict[str, Any]) -> None:
    for name, how in (service.get("depends_on") or {}).items():
        ends = name in ONE_SHOTS
        wanted = (
            "service_completed_successfully" if ends else ("service_healthy", "service_started")
        )
        assert how["condition"] in wanted
        if "profiles" in SERVICES[name]:
            assert how["required"] is False


def test_it_has_its_own_networks_and_never_the_default_one(service: dict[str, Any]) -> None:
    assert service.get("networks") or service["network_mode"] == "none"
    assert "default" not in service.get("networks", [])


def test_no_secret_is_an_argument_that_others_could_read(service: dict[str, Any]) -> None:
    words = [*service.get("command", []), *service.get("entrypoint", [])]

    for word in words:
        assert not re.search(r"(?<!\$)\$\{", str(word)), word


def test_every_volume_and_network_is_used() -> None:
    whole = document()
    sources = {
        re.split(r":/", re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(item)))[0]
        for service in SERVICES.values()
        for item in service.get("volumes", [])
    }
    networks = {name for service in SERVICES.values() for name in service.get("networks", [])}

    assert set(whole["volumes"]) - sources == set()
    assert set(whole["networks"]) == networks
