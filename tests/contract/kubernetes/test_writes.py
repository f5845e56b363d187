"""What may be written: defaults, dry runs, refusals and the patches."""

from typing import Any

import httpx
import pytest
from api_lab import DEPLOYMENTS, PODS, Lab, deployment, pod

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")


def without(path: str) -> dict[str, Any]:
    """Return a deployment without the value at a dotted path."""
    manifest = deployment()
    *steps, last = path.split(".")
    place: Any = manifest
    for step in steps:
        place = place[int(step)] if step.isdecimal() else place[step]
    del place[last]
    return dict(manifest)


def with_container(**fields: Any) -> dict[str, Any]:
    """Return a deployment whose container has other fields."""
    manifest = deployment()
    manifest["spec"]["template"]["spec"]["containers"][0].update(fields)
    return dict(manifest)


async def test_a_new_deployment_gets_the_defaults_of_a_real_server(
    admin: httpx.AsyncClient,
) -> None:
    answer = await admin.post(DEPLOYMENTS, json=deployment())

    spec = answer.json()["spec"]
    assert answer.status_code == 201
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert (spec["progressDeadlineSeconds"], spec["revisionHistoryLimit"]) == (600, 10)
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 30
    assert spec["template"]["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"


async def test_a_generated_name_starts_with_its_base_and_differs(admin: httpx.AsyncClient) -> None:
    manifest = pod()
    manifest["metadata"] = {"generateName": "job-"}

    names = {(await admin.post(PODS, json=manifest)).json()["metadata"]["name"] for _ in range(3)}

    assert len(names) == 3
    assert all(name.startswith("job-") and len(name) == 9 for name in names)


@pytest.mark.parametrize(
    ("manifest", "field", "reason"),
    [
        (deployment("Bad_Name"), "metadata.name", "FieldValueInvalid"),
        (deployment(replicas=-1), "spec.replicas", "FieldValueInvalid"),
        (without("spec.selector"), "spec.selector", "FieldValueRequired"),
        (
            deployment(selector={"matchLabels": {"app": "other"}}),
            "spec.template.metadata.labels",
            "FieldValueInvalid",
        ),
        (
            without("spec.template.spec.containers.0.image"),
            "spec.template.spec.containers[0].image",
            "FieldValueRequired",
        ),
        (
            without("spec.template.spec.containers.0.name"),
            "spec.template.spec.containers[0].name",
            "FieldValueRequired",
        ),
        (
            without("spec.template.spec.containers"),
            "spec.template.spec.containers",
            "FieldValueRequired",
        ),
        (
            with_container(resources={"limits": {"memroy": "1Gi"}}),
            "spec.template.spec.containers[0].resources.limits[memroy]",
            "FieldValueInvalid",
        ),
        (
            with_container(resources={"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}),
            "spec.template.spec.containers[0].resources.requests",
            "FieldValueInvalid",
        ),
        (
            with_container(ports=[{"containerPort": 70000}]),
            "spec.template.spec.containers[0].ports[0].containerPort",
            "FieldValueInvalid",
        ),
        (
            with_container(livenessProbe={"periodSeconds": 1}),
            "spec.template.spec.containers[0].livenessProbe",
            "FieldValueRequired",
        ),
        (
            with_container(volumeMounts=[{"name": "v", "mountPath": "/v"}]),
            "spec.template.spec.containers[0].volumeMounts[0].name",
            "FieldValueNotFound",
        ),
        (
            deployment(strategy={"type": "Sometimes"}),
            "spec.strategy.type",
            "FieldValueNotSupported",
        ),
        (
            deployment(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
            "spec.strategy.rollingUpdate.maxUnavailable",
            "FieldValueInvalid",
        ),
    ],
)
async def test_an_invalid_field_is_named_in_a_422(
    lab: Lab, admin: httpx.AsyncClient, manifest: dict[str, Any], field: str, reason: str
) -> None:
    answer = await admin.post(DEPLOYMENTS, json=manifest)

    body = answer.json()
    assert (answer.status_code, body["reason"]) == (422, "Invalid")
    assert {"field": field, "reason": reason} in [
        {"field": cause["field"], "reason": cause["reason"]} for cause in body["details"]["causes"]
    ]
    assert body["message"].startswith(
        f'Deployment.apps "{manifest["metadata"]["name"]}" is invalid: '
    )
    assert lab.store.peek_all(KINDS["Deployment"]) == []


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (
            deployment(replicas="three"),
            "cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            with_container(env=[{"name": "A", "value": 5}]),
            "cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
        ),
        (
            with_container(resources={"limits": {"memory": "lots"}}),
            "quantities must match the regular expression",
        ),
        (pod(), "cannot be handled as a Deployment"),
        ([], "cannot be handled as a Deployment"),
    ],
)
async def test_a_field_of_the_wrong_type_is_a_bad_request(
    admin: httpx.AsyncClient, manifest: Any, words: str
) -> None:
    answer = await admin.post(DEPLOYMENTS, json=manifest)

    assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")
    assert words in answer.json()["message"]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b'{"a": NaN}', b"[" * 5000, b'{"a":' * 200])
async def test_a_body_that_is_no_json_is_a_bad_request(
    admin: httpx.AsyncClient, body: bytes
) -> None:
    answer = await admin.post(DEPLOYMENTS, content=body)

    assert answer.status_code == 400


async def test_a_body_over_the_limit_is_refused(admin: httpx.AsyncClient) -> None:
    answer = await admin.post(DEPLOYMENTS, content=b" " * (3 * 1024 * 1024 + 1))

    assert answer.status_code == 413


async def test_the_selector_of_a_deployment_cannot_change(admin: httpx.AsyncClient) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())
    change = {
        "spec": {
            "selector": {"matchLabels": {"app": "web", "b": "c"}},
            "template": {"metadata": {"labels": {"b": "c"}}},
        }
    }

    answer = await admin.patch(
        f"{DEPLOYMENTS}/web", json=change, headers={"content-type": "application/merge-patch+json"}
    )

    assert answer.status_code == 422
    assert answer.json()["details"]["causes"][0]["message"].endswith("field is immutable")


async def test_a_pod_may_change_its_image_but_not_its_command(admin: httpx.AsyncClient) -> None:
    await admin.post(PODS, json=pod())
    headers = {"content-type": "application/strategic-merge-patch+json"}

    image = {"spec": {"containers": [{"name": "app", "image": "lab/shell:2"}]}}
    command = {"spec": {"containers": [{"name": "app", "command": ["true"]}]}}
    codes = [
        (await admin.patch(f"{PODS}/p", json=patch, headers=headers)).status_code
        for patch in (image, command)
    ]

    assert codes == [200, 422]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", DEPLOYMENTS, deployment("new")),
        ("PUT", f"{DEPLOYMENTS}/web", deployment(replicas=9)),
        ("PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": 9}}),
        ("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": 9}}),
        ("DELETE", f"{DEPLOYMENTS}/web", None),
        ("DELETE", DEPLOYMENTS, None),
        ("POST", "/api/v1/namespaces", {"metadata": {"name": "n"}}),
    ],
)
async def test_a_dry_run_answers_as_if_and_changes_nothing(
    lab: Lab, admin: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())
    before = lab.store.resource_version

    answer = await admin.request(
        method,
        path,
        params={"dryRun": "All"},
        json=body,
        headers={
            "content-type": "application/merge-patch+json"
            if method == "PATCH"
            else "application/json"
        },
    )

    assert answer.status_code in {200, 201}
    assert lab.store.resource_version == before
    assert lab.audit_lines()[-1]["dryRun"] is True


async def test_a_dry_run_still_refuses_what_is_invalid(admin: httpx.AsyncClient) -> None:
    answer = await admin.post(DEPLOYMENTS, params={"dryRun": "All"}, json=deployment(replicas=-1))
    unknown = await admin.post(DEPLOYMENTS, params={"dryRun": "Some"}, json=deployment())

    assert (answer.status_code, unknown.status_code) == (422, 422)
