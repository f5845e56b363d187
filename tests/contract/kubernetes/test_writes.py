"""What may be written: defaults, dry runs, refusals and the patches."""

import json
from typing import Any

import httpx
import pytest
from api_lab import Lab, deployment, pod

from infrastructure.lab.cluster.kinds import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
PODS = "/api/v1/namespaces/default/pods"


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


@pytest.mark.parametrize(
    ("content_type", "patch"),
    [
        ("application/merge-patch+json", {"metadata": {"annotations": {"a": "b"}}}),
        ("application/strategic-merge-patch+json", {"metadata": {"annotations": {"a": "b"}}}),
        (
            "application/json-patch+json",
            [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}],
        ),
    ],
)
async def test_each_of_the_three_patches_changes_the_object(
    lab: Lab, admin: httpx.AsyncClient, content_type: str, patch: Any
) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())

    answer = await admin.patch(
        f"{DEPLOYMENTS}/web", json=patch, headers={"content-type": content_type}
    )

    assert answer.status_code == 200
    assert answer.json()["metadata"]["generation"] == 1
    stored = lab.store.get(KINDS["Deployment"], "default", "web")
    assert stored["metadata"]["annotations"] == {"a": "b"}
    assert lab.audit_lines()[-1]["annotations_added"] == {"a": "b"}


@pytest.mark.parametrize(
    ("content_type", "patch", "code"),
    [
        (
            "application/json-patch+json",
            [{"op": "test", "path": "/spec/replicas", "value": 3}],
            422,
        ),
        ("application/json-patch+json", [{"op": "remove", "path": "/nope"}], 422),
        ("application/json-patch+json", {"spec": {}}, 400),
        ("application/json-patch+json", [{"op": "dance", "path": "/spec"}], 400),
        ("application/merge-patch+json", [], 400),
        ("application/merge-patch+json", {"spec": "none"}, 400),
        ("application/merge-patch+json", {"kind": "Pod"}, 400),
        ("application/merge-patch+json", {"metadata": {"name": "other"}}, 400),
        ("application/merge-patch+json", {"metadata": {"uid": "other"}}, 409),
        (
            "application/strategic-merge-patch+json",
            {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
            400,
        ),
        (
            "application/strategic-merge-patch+json",
            {"spec": {"template": {"spec": {"containers": [{"name": "app", "$patch": "delete"}]}}}},
            422,
        ),
    ],
)
async def test_a_patch_that_does_not_fit_is_refused_and_changes_nothing(
    lab: Lab, admin: httpx.AsyncClient, content_type: str, patch: Any, code: int
) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())
    before = lab.store.resource_version

    answer = await admin.patch(
        f"{DEPLOYMENTS}/web", json=patch, headers={"content-type": content_type}
    )

    assert answer.status_code == code
    assert answer.json()["kind"] == "Status"
    assert lab.store.resource_version == before


async def test_the_status_is_written_through_its_subresource_only(
    lab: Lab, admin: httpx.AsyncClient
) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())
    change = {"spec": {"replicas": 7}, "status": {"replicas": 4}}
    headers = {"content-type": "application/merge-patch+json"}

    await admin.patch(f"{DEPLOYMENTS}/web/status", json=change, headers=headers)
    middle = lab.store.get(KINDS["Deployment"], "default", "web")
    await admin.patch(f"{DEPLOYMENTS}/web", json={**change, "status": {}}, headers=headers)
    end = lab.store.get(KINDS["Deployment"], "default", "web")

    assert (middle["spec"]["replicas"], middle["status"]["replicas"]) == (2, 4)
    assert (end["spec"]["replicas"], end["status"]["replicas"]) == (7, 4)


async def test_a_name_that_is_taken_is_refused(admin: httpx.AsyncClient) -> None:
    await admin.post(DEPLOYMENTS, json=deployment())

    answer = await admin.post(DEPLOYMENTS, json=deployment())

    assert (answer.status_code, answer.json()["reason"]) == (409, "AlreadyExists")
    assert answer.json()["message"] == 'deployments.apps "web" already exists'


async def test_nothing_is_created_in_a_namespace_that_does_not_exist(
    admin: httpx.AsyncClient,
) -> None:
    answer = await admin.post(
        "/api/v1/namespaces/nope/pods", json={**pod(), "metadata": {"name": "p"}}
    )

    assert answer.status_code == 404
    assert answer.json()["message"] == 'namespaces "nope" not found'


async def test_services_get_different_addresses_and_keep_them(admin: httpx.AsyncClient) -> None:
    path = "/api/v1/namespaces/default/services"
    first, second = [
        (
            await admin.post(
                path, json={"metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}
            )
        ).json()
        for name in ("a", "b")
    ]
    bare = {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 81}]}}

    replaced = (await admin.put(f"{path}/a", json=bare)).json()

    assert first["spec"]["clusterIP"] != second["spec"]["clusterIP"]
    assert replaced["spec"]["clusterIP"] == first["spec"]["clusterIP"]
    assert replaced["spec"]["ports"][0]["targetPort"] == 81


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("POST", f"{DEPLOYMENTS}/web", 405),
        ("PUT", DEPLOYMENTS, 405),
        ("GET", "/api/v1/namespaces/default/gadgets", 404),
        ("GET", "/apis/apps/v2/deployments", 404),
        ("GET", "/api/v1/namespaces/default/pods/p/shell", 404),
        ("GET", "/api/v1/namespaces/default/nodes", 404),
        ("DELETE", "/api/v1/namespaces/default", 403),
    ],
)
async def test_what_the_server_does_not_do_is_refused(
    admin: httpx.AsyncClient, method: str, path: str, code: int
) -> None:
    answer = await admin.request(method, path, json={})

    assert answer.status_code == code


async def test_a_quota_refuses_what_is_too_much_as_a_real_server_does(
    admin: httpx.AsyncClient,
) -> None:
    quotas = "/api/v1/namespaces/default/resourcequotas"
    budget = {"metadata": {"name": "budget"}, "spec": {"hard": {"pods": "0"}}}
    assert (await admin.post(quotas, json=budget)).status_code == 201

    answer = await admin.post(PODS, json=pod("web"))

    assert answer.status_code == 403
    assert answer.json() == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'pods "web" is forbidden: exceeded quota: budget, '
        "requested: pods=1, used: pods=0, limited: pods=0",
        "reason": "Forbidden",
        "details": {"name": "web", "kind": "pods"},
        "code": 403,
    }


async def test_a_quota_is_shown_as_a_table(admin: httpx.AsyncClient) -> None:
    quotas = "/api/v1/namespaces/default/resourcequotas"
    hard = {"pods": "4", "limits.memory": "1Gi"}
    created = await admin.post(quotas, json={"metadata": {"name": "b"}, "spec": {"hard": hard}})
    status = {"status": {"hard": hard, "used": {"pods": "1", "limits.memory": "64Mi"}}}
    media = {"content-type": "application/merge-patch+json"}
    body = json.dumps(status)
    await admin.patch(f"{quotas}/b/status", content=body, headers=media)

    table = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    shown = (await admin.get(quotas, headers=table)).json()

    assert created.status_code == 201
    assert [column["name"] for column in shown["columnDefinitions"]][1:3] == ["Request", "Limit"]
    assert shown["rows"][0]["cells"][:3] == ["b", "pods: 1/4", "limits.memory: 64Mi/1Gi"]
