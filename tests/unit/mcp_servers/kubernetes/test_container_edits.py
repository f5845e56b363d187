"""What may be changed on one container, and what never is."""

from collections.abc import Callable
from typing import Any

import pytest

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import container_edits
from mcp_servers.kubernetes.alterations import Alteration, differences, merged

Json = dict[str, Any]
DIGEST = "sha256:" + "a" * 64


def deployment(image: str = "registry.local:5000/team/app:1.4", **container: Any) -> Json:
    app = {"name": "app", "image": image, **container}
    sidecar = {"name": "proxy", "image": "proxy:1", "env": [{"name": "LEVEL", "value": "info"}]}
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [app, sidecar]}}
    return {"metadata": {"uid": "u"}, "spec": {"replicas": 1, "template": template}}


def changed(live: Json, altered: Alteration) -> tuple[str, ...]:
    return differences(live, merged(live, altered.patch))


def test_resources_are_set_where_they_are_named_and_nothing_else_changes() -> None:
    asked = {"memory": "32Mi"}
    declared = {"limits": {"memory": "64Mi", "cpu": "1"}, "requests": asked, "claims": []}
    live = deployment(resources=declared)

    altered = container_edits.set_resources(live, "app", {"memory_limit": "128Mi"})

    assert changed(live, altered) == ("containers[app].resources.limits.memory: 64Mi -> 128Mi",)
    assert altered.detail == "set memory_limit 128Mi of container app"
    assert altered.warnings == ()


def test_the_numbers_for_policy_are_read_off_the_live_object() -> None:
    live = deployment(resources={"limits": {"memory": "64Mi"}, "requests": {"cpu": "0.25"}})

    altered = container_edits.set_resources(
        live, "app", {"memory_limit": "0.5Gi", "cpu_limit": "1500m"}
    )

    assert {each.name: (each.before, each.after) for each in altered.figures} == {
        "memory_limit_bytes": (64 * 2**20, 512 * 2**20),
        "memory_request_bytes": (None, None),
        "cpu_limit_millicores": (None, 1500),
        "cpu_request_millicores": (250, 250),
    }


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({}, "at least one"),
        ({"memory_limit": "64"}, "memory request 128Mi would be above the memory limit 64"),
        ({"memory_request": "300Mi"}, "memory request 300Mi would be above the memory limit 256Mi"),
        ({"cpu_request": "600m"}, "cpu request 600m would be above the cpu limit 500m"),
        *(
            ({"memory_limit": text}, "must be a quantity")
            for text in ("0", "0Mi", "-1Gi", "NaN", "Infinity", "1e99", "12Xi", "1 Gi", "", "५Mi")
        ),
        ({"cpu_limit": "2Gi"}, "must be a quantity"),
    ],
)
def test_resources_that_make_no_sense_are_refused_and_say_why(
    wanted: dict[str, str], why: str
) -> None:
    limits, requests = {"memory": "256Mi", "cpu": "500m"}, {"memory": "128Mi", "cpu": "100m"}
    live = deployment(resources={"limits": limits, "requests": requests})

    with pytest.raises(RefusedError, match=why) as refusal:
        container_edits.set_resources(live, "app", wanted)

    assert refusal.value.code == "invalid_arguments"


def test_a_limit_that_is_lowered_is_warned_of() -> None:
    live = deployment(resources={"limits": {"memory": "64Mi"}})

    altered = container_edits.set_resources(live, "app", {"memory_limit": "32Mi", "cpu_limit": "1"})

    assert altered.warnings == (
        "memory_limit_bytes becomes less: 67108864 -> 33554432",
        "cpu_limit_millicores becomes less: no limit -> 1000",
    )


def test_a_raised_limit_that_counts_as_the_request_is_warned_of() -> None:
    live = deployment(resources={"limits": {"memory": "64Mi", "cpu": "1"}})

    raised = container_edits.set_resources(live, "app", {"memory_limit": "128Mi"})
    both = {"memory_limit": "128Mi", "memory_request": "64Mi"}

    [warning] = raised.warnings
    assert warning.startswith("there is no memory request, so that the limit counts as one")
    assert container_edits.set_resources(live, "app", both).warnings == ()


def test_a_container_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(RefusedError, match="there is app, proxy") as refusal:
        container_edits.set_resources(deployment(), "other", {"memory_limit": "1Gi"})

    assert refusal.value.code == "not_found"


@pytest.mark.parametrize(
    "image", ["registry.local:5000/team/app:1.3", f"registry.local:5000/team/app@{DIGEST}"]
)
def test_another_version_of_the_same_repository_may_be_set(image: str) -> None:
    live = deployment()

    altered = container_edits.set_image(live, "app", image)

    before = "registry.local:5000/team/app:1.4"
    assert changed(live, altered) == (f"containers[app].image: {before} -> {image}",)
    assert bool(altered.warnings) is ("@" not in image)


@pytest.mark.parametrize("name", ["token-service", "secrets", "credential-store", "api-key"])
def test_the_version_of_an_image_is_shown_whatever_its_repository_is_called(name: str) -> None:
    live = deployment(image=f"registry.local/{name}:1.4")

    altered = container_edits.set_image(live, "app", f"registry.local/{name}:1.3")

    told = f"containers[app].image: registry.local/{name}:1.4 -> registry.local/{name}:1.3"
    assert changed(live, altered) == (told,)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("evil.example/team/app:1.4", "forbidden"),
        ("registry.local:5000/team/app2:1.4", "forbidden"),
        ("registry.local:5001/team/app:1.4", "forbidden"),
        ("team/app:1.4", "forbidden"),
        ("app:1.4", "forbidden"),
        ("registry.local:5000/team/app", "invalid_arguments"),
        ("registry.local:5000/team/app:", "invalid_arguments"),
        ("registry.local:5000/team/app:1.4 ", "invalid_arguments"),
        ("registry.local:5000/team/app:1.4\nx", "invalid_arguments"),
        ("registry.local:5000/team/app@sha256:abc", "invalid_arguments"),
        ("https://registry.local:5000/team/app:1", "invalid_arguments"),
        ("registry.local:5000/team/app:" + "1" * 200, "invalid_arguments"),
    ],
)
def test_an_image_of_another_repository_or_without_a_version_is_refused(
    image: str, code: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        container_edits.set_image(deployment(), "app", image)

    assert refusal.value.code == code


def test_a_variable_is_added_or_replaced_in_its_place() -> None:
    live = deployment(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])

    replaced = container_edits.set_env(live, "app", "A", "3")
    added = container_edits.set_env(live, "app", "SIGNING_KEY_ID", "main")
    same = container_edits.set_env(live, "app", "B", "2")

    assert changed(live, replaced) == ("containers[app].env[A]: 1 -> 3",)
    assert changed(live, added) == ("containers[app].env[SIGNING_KEY_ID]: (none) -> main",)
    assert same.warnings == ("nothing changes: it is so already",)
    assert "3" not in replaced.detail


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("DB_PASSWORD", "x", "forbidden"),
        ("API_TOKEN", "x", "forbidden"),
        ("SIGNING_KEY", "x", "forbidden"),
        ("AWS_ACCESS_KEY_ID", "x", "forbidden"),
        ("LD_PRELOAD", "/tmp/x.so", "forbidden"),  # noqa: S108 - never opened
        ("PATH", "/x", "forbidden"),
        ("JAVA_TOOL_OPTIONS", "-javaagent:x", "forbidden"),
        ("PYTHONPATH", "/x", "forbidden"),
        ("https_proxy", "http://x", "forbidden"),
        ("DOTNET_STARTUP_HOOKS", "/x.dll", "forbidden"),
        ("CORECLR_PROFILER_PATH", "/x", "forbidden"),
        ("OPENSSL_CONF", "/x", "forbidden"),
        ("PHP_INI_SCAN_DIR", "/x", "forbidden"),
        ("LUA_INIT", "x", "forbidden"),
        ("PROMPT_COMMAND", "x", "forbidden"),
        ("MODE", "$(DB_PASSWORD)", "forbidden"),
        ("DB_URL", "postgres://app:s3cret@db/x", "forbidden"),
        ("DB_URL", "postgres://app:[redacted]@db/x", "forbidden"),
        ("HEADER", "Bearer abcdefgh12345678", "forbidden"),
        ("MODE", "a\nb", "invalid_arguments"),
        ("MODE", "a\x00b", "invalid_arguments"),
        ("MODE", "a\u2028b", "invalid_arguments"),
        ("MODE", "a\u202eb", "invalid_arguments"),
        ("MODE", "x" * 1025, "invalid_arguments"),
        ("A=B", "x", "invalid_arguments"),
        ("1A", "x", "invalid_arguments"),
        ("", "x", "invalid_arguments"),
        ("FROM_ELSEWHERE", "x", "forbidden"),
        ("TWICE", "x", "conflict"),
    ],
)
def test_secrets_code_and_what_cannot_be_shown_is_never_set(
    variable: str, value: str, code: str
) -> None:
    source = {"configMapKeyRef": {"name": "c", "key": "k"}}
    env = [
        {"name": "FROM_ELSEWHERE", "valueFrom": source},
        {"name": "TWICE", "value": "1"},
        {"name": "TWICE", "value": "2"},
    ]

    with pytest.raises(RefusedError) as refusal:
        container_edits.set_env(deployment(env=env), "app", variable, value)

    assert refusal.value.code == code
    assert not value or len(value) < 2 or value not in refusal.value.reason


def test_a_source_that_would_lose_is_warned_of() -> None:
    live = deployment(envFrom=[{"configMapRef": {"name": "shared"}}])

    altered = container_edits.set_env(live, "app", "MODE", "safe")

    assert altered.warnings == ("a value of MODE from configmap shared would no longer count",)


@pytest.mark.parametrize(
    "alter",
    [
        lambda live: container_edits.set_env(live, "app", "MODE", "safe"),
        lambda live: container_edits.set_image(live, "app", "shop/web:1"),
        lambda live: container_edits.set_resources(live, "app", {"memory_limit": "256Mi"}),
    ],
    ids=["variable", "image", "resources"],
)
def test_a_container_of_a_paused_rollout_is_not_changed(
    alter: Callable[[Json], Alteration],
) -> None:
    live = deployment(image="shop/web:2")
    assert alter(live).patch
    live["spec"]["paused"] = True

    with pytest.raises(RefusedError, match="rollout is paused: resume it first") as refusal:
        alter(live)

    assert refusal.value.code == "forbidden"
