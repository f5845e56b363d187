"""Compose itself reads the file, in every combination of profiles, and means by it what we mean."""

from typing import Any

import pytest
from rendering import SECRETS, ComposeRefusedError, Render
from stack_file import FORGE_VARIABLES, LAB_VARIABLES, OURS, services

from infrastructure.lab import world

PROFILES = [(), ("lab",), ("ollama",), ("lab", "ollama")]
ALWAYS = {name for name, service in services().items() if "profiles" not in service}


def mounts(stack: dict[str, Any], service: str) -> dict[str, dict[str, Any]]:
    return {item["target"]: item for item in stack["services"][service].get("volumes", [])}


def users_of(stack: dict[str, Any], volume: str) -> set[str]:
    return {
        name
        for name in stack["services"]
        if any(item.get("source") == volume for item in mounts(stack, name).values())
    }


def neighbours(stack: dict[str, Any], service: str) -> set[str]:
    """Return every service that shares a network with one."""
    own = set(stack["services"][service].get("networks") or {})
    return {
        name
        for name, other in stack["services"].items()
        if name != service and own & set(other.get("networks") or {})
    }


@pytest.mark.parametrize("profiles", PROFILES, ids=lambda profiles: "+".join(profiles) or "none")
def test_every_combination_of_profiles_is_taken(render: Render, profiles: tuple[str, ...]) -> None:
    stack = render(profiles=profiles)

    assert set(stack["services"]) == ALWAYS | set(profiles)


def test_without_its_secrets_it_is_refused_and_says_what_to_do(render: Render) -> None:
    with pytest.raises(ComposeRefusedError, match=r"\./start\.sh --docker"):
        render({})


@pytest.mark.parametrize("name", sorted(name for name in SECRETS if not name.startswith("LAB_")))
def test_each_secret_is_needed(render: Render, name: str) -> None:
    with pytest.raises(ComposeRefusedError, match=name):
        render({key: value for key, value in SECRETS.items() if key != name})


def test_where_no_cluster_is_named_the_lab_is_watched(render: Render) -> None:
    stack = render(SECRETS, LAB_VARIABLES)

    lab = stack["services"]["lab"]["environment"]
    hand = stack["services"]["mcp-kubernetes"]["environment"]
    assert hand["KUBERNETES_API_URL"] == "http://lab:6443"
    assert hand["KUBERNETES_READ_TOKEN"] == lab["LAB_READ_TOKEN"] == SECRETS["LAB_READ_TOKEN"]
    assert hand["KUBERNETES_WRITE_TOKEN"] == lab["LAB_WRITE_TOKEN"] == SECRETS["LAB_WRITE_TOKEN"]
    assert hand["MCP_WRITE_TOKEN"] == SECRETS["MCP_KUBERNETES_WRITE_TOKEN"]
    assert stack["services"]["mcp-prometheus"]["environment"]["PROMETHEUS_URL"] == "http://lab:9090"
    assert lab["LAB_WEBHOOK_TOKEN"] == SECRETS["WEBHOOK_TOKEN"]


def test_where_no_github_is_named_either_the_labs_forge_is_watched(render: Render) -> None:
    stack = render(SECRETS, LAB_VARIABLES, FORGE_VARIABLES)

    lab = stack["services"]["lab"]["environment"]
    hand = stack["services"]["mcp-github"]["environment"]
    assert hand["GITHUB_URL"] == "http://lab:3000/api/v3"
    assert hand["GITHUB_READ_TOKEN"] == lab["LAB_READ_TOKEN"]
    assert hand["GITHUB_WRITE_TOKEN"] == lab["LAB_WRITE_TOKEN"]
    assert hand["MCP_WRITE_TOKEN"] == SECRETS["MCP_GITHUB_WRITE_TOKEN"]
    assert "mcp-github" in neighbours(stack, "lab")
    assert set(stack["services"]) == ALWAYS | {"lab", "mcp-jaeger", "mcp-github"}
    told = stack["services"]["backend"]["environment"]["GITHUB_WEBHOOK_SECRETS"]
    assert told == lab["LAB_FORGE_SECRET"] == SECRETS["LAB_FORGE_SECRET"]
    place = world.make(world.NATURAL_SEED)
    assert hand["GITHUB_REPOSITORIES"] == f"{place.team}/{place.namespace}"


def test_a_kubeconfig_is_mounted_to_be_read_where_the_server_looks(render: Render) -> None:
    stack = render(
        {**SECRETS, "MCP_KUBECONFIG": "/etc/hosts", "MCP_KUBECONFIG_WRITE_CONTEXT": "writer"}
    )

    told = stack["services"]["mcp-kubernetes"]["environment"]
    mount = mounts(stack, "mcp-kubernetes")[told["MCP_KUBECONFIG"]]
    assert (mount["source"], mount["read_only"]) == ("/etc/hosts", True)
    assert told["MCP_WRITE_TOKEN"] == SECRETS["MCP_KUBERNETES_WRITE_TOKEN"]


def test_without_a_credential_that_writes_no_token_that_could_ask_is_given(render: Render) -> None:
    stack = render({**SECRETS, "KUBERNETES_API_URL": "https://x:1", "KUBERNETES_READ_TOKEN": "r"})

    assert stack["services"]["mcp-kubernetes"]["environment"]["MCP_WRITE_TOKEN"] == ""


@pytest.mark.parametrize(
    ("variable", "readers"),
    {
        "AGENT_CONFIG": {"backend", "worker", "signer", "migrate"},
        "POLICY_DIR": {"backend", "worker", "signer", "migrate"},
        "PLAYBOOK_DIR": {"worker"},
        "SLO_FILE": {"worker"},
        "SERVICES_FILE": {"backend", "worker"},
        "RUNBOOKS_DIR": {"mcp-runbooks"},
        "KUBERNETES_CA_FILE": {"mcp-kubernetes"},
    }.items(),
)
def test_a_path_of_the_users_is_mounted_into_all_that_read_it(
    render: Render, variable: str, readers: set[str]
) -> None:
    stack = render({**SECRETS, variable: "/etc/hosts"})

    told = {
        name: service["environment"][variable]
        for name, service in stack["services"].items()
        if (service.get("environment") or {}).get(variable)
    }
    assert set(told) == readers
    for name, path in told.items():
        mount = mounts(stack, name)[path]
        assert (mount["type"], mount["source"], mount["read_only"]) == ("bind", "/etc/hosts", True)


def test_only_the_backend_is_reached_from_outside_and_only_from_this_machine(
    render: Render,
) -> None:
    stack = render(
        {**SECRETS, "PORT": "9000"}, profiles=("lab", "ollama", "mcp-jaeger", "mcp-github")
    )

    published = {
        name: [(port["host_ip"], port["published"]) for port in service["ports"]]
        for name, service in stack["services"].items()
        if service.get("ports")
    }
    assert published == {"backend": [("127.0.0.1", "9000")]}


def test_the_signing_key_is_seen_by_the_signer_alone(render: Render) -> None:
    stack = render(profiles=("lab", "ollama", "mcp-jaeger", "mcp-github"))

    assert users_of(stack, "signing-key") == {"signing-key", "signer"}
    assert mounts(stack, "signer")["/var/lib/sre-agent/key"]["read_only"]
    assert users_of(stack, "public-key") == {"signing-key", "mcp-kubernetes", "mcp-github"}
    assert mounts(stack, "mcp-kubernetes")["/var/lib/sre-agent/public"]["read_only"]
    assert stack["services"]["signing-key"]["network_mode"] == "none"


def test_the_switch_is_written_by_backend_and_worker_and_read_by_the_hand_that_writes(
    render: Render,
) -> None:
    stack = render()

    assert users_of(stack, "halt") == {"backend", "worker", "mcp-kubernetes"}
    assert mounts(stack, "mcp-kubernetes")["/var/lib/sre-agent/halt"]["read_only"]
    for writer in ("backend", "worker"):
        assert not mounts(stack, writer)["/var/lib/sre-agent/halt"].get("read_only")
    told = {
        stack["services"][name]["environment"]["MCP_HALT_FILE"]
        for name in ("backend", "worker", "mcp-kubernetes")
    }
    assert len(told) == 1


def test_networks_keep_apart_what_has_nothing_to_say_to_another(render: Render) -> None:
    stack = render(profiles=("lab", "ollama", "mcp-jaeger", "mcp-github"))

    hands = {name for name in stack["services"] if name.startswith("mcp-")}
    assert neighbours(stack, "postgres") == {"backend", "worker", "signer", "migrate"}
    assert neighbours(stack, "redis") == {"backend"}
    assert set(stack["services"]["signer"]["networks"]) == {"data", "signing"}
    assert "backend" not in {
        name
        for name, other in stack["services"].items()
        if "signing" in (other.get("networks") or {})
    }
    for hand in hands:
        assert not neighbours(stack, hand) & (hands | {"postgres", "redis", "signer", "migrate"})
        assert neighbours(stack, hand) >= {"backend", "worker"}
    assert neighbours(stack, "lab") & {"worker", "postgres", "signer"} == set()


def test_networks_that_carry_secrets_have_no_way_out(render: Render) -> None:
    networks = render()["networks"]

    inside = {name for name, network in networks.items() if network.get("internal")}
    assert inside >= {"data", "bus", "signing", "hand-kubernetes", "hand-prometheus", "hand-loki"}


def test_every_image_of_ours_is_built_here_and_every_other_is_pinned(render: Render) -> None:
    stack = render(profiles=("lab", "ollama", "mcp-jaeger", "mcp-github"))

    built = {s["image"].split(":")[0] for s in stack["services"].values() if "build" in s}
    assert built == {f"sre-agent/{name}" for name in OURS}
    for name, service in stack["services"].items():
        tag = service["image"].rpartition(":")[2]
        assert any(character.isdigit() for character in tag), f"{name}: {service['image']}"
