"""Whatever a client sends, the API answers with a Status or carries it out; it never fails itself."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infrastructure.lab.cluster import admission, bootstrap, dispatch, rendering, targets
from infrastructure.lab.cluster.auth import User
from infrastructure.lab.cluster.calls import Call
from infrastructure.lab.cluster.errors import ApiError, PageNotFound
from infrastructure.lab.cluster.store import KINDS, Store, StoreError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "app", "-1", "50%", "Recreate", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["name", "app", "$patch", "key", "values", "operator"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
MEDIA = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
)
PROBE = {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1}
CONTAINER = {
    "name": "app",
    "image": "lab/shell:1",
    "command": ["x"],
    "env": [
        {"name": "A", "value": "1"},
        {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "x"}}},
    ],
    "ports": [{"name": "web", "containerPort": 80}],
    "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1m"}},
    "livenessProbe": PROBE,
    "volumeMounts": [{"name": "v", "mountPath": "/v"}],
}
POD_SPEC = {
    "containers": [CONTAINER],
    "initContainers": [{"name": "i", "image": "x"}],
    "volumes": [{"name": "v", "configMap": {"name": "c"}}],
    "tolerations": [{"key": "k"}],
}
META = {"name": "x", "namespace": "default", "labels": {"app": "x"}, "annotations": {"a": "b"}}
WORKLOAD = {
    "replicas": 1,
    "selector": {
        "matchLabels": {"app": "x"},
        "matchExpressions": [{"key": "app", "operator": "Exists"}],
    },
    "template": {"metadata": {"labels": {"app": "x"}}, "spec": POD_SPEC},
}
MANIFESTS: dict[str, dict[str, Any]] = {
    "Deployment": {
        "metadata": META,
        "spec": {
            **WORKLOAD,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
        },
    },
    "ReplicaSet": {"metadata": META, "spec": WORKLOAD},
    "Pod": {"metadata": META, "spec": POD_SPEC},
    "Service": {"metadata": META, "spec": {"ports": [{"port": 80}], "selector": {"app": "x"}}},
    "Endpoints": {
        "metadata": META,
        "subsets": [{"addresses": [{"ip": "127.0.0.1"}], "ports": [{"port": 1}]}],
    },
    "ConfigMap": {"metadata": META, "data": {"k": "v"}},
    "Event": {"metadata": META, "involvedObject": {"kind": "Pod", "name": "x"}, "count": 1},
}


def new_store() -> Store:
    store = admission.new_store(IPv4Network("127.9.0.0/16"))
    bootstrap.fill(store, "node-1")
    return store


def ask(
    store: Store,
    method: str,
    path: str,
    body: Any,
    media: str = "application/json",
    form: str = "plain",
) -> int:
    """Carry out a request as the server would, and return its status."""
    call = Call(
        target=targets.parse(method, path, is_watch=False),
        user=User("admin", "admin"),
        query={},
        content_type=media,
        raw=json.dumps(body).encode(),
        form=rendering.Form(form),
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    try:
        return dispatch.answer(store, call).code
    except ApiError as error:
        return error.code
    except (StoreError, PageNotFound):
        return 404


def collection(kind: str) -> str:
    group = KINDS[kind].group
    root = f"/apis/{group}/v1" if group else "/api/v1"
    return f"{root}/namespaces/default/{KINDS[kind].plural}"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items: Any = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        found += places(item, (*path, key))
    return found


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    result = copy.deepcopy(document)
    place = result
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return result


@st.composite
def damaged(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[str, Any]:
    kind = draw(st.sampled_from(sorted(MANIFESTS)))
    document = MANIFESTS[kind]
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places(document)))
        document = replaced(document, path, draw(JSON))
    return kind, document


@pytest.mark.parametrize("kind", sorted(MANIFESTS))
def test_an_undamaged_manifest_is_accepted(kind: str) -> None:
    assert ask(new_store(), "POST", collection(kind), MANIFESTS[kind]) == 201


@settings(max_examples=300, deadline=None)
@given(damaged())
@example(("Deployment", replaced(MANIFESTS["Deployment"], ("spec", "template"), None)))
@example(("Pod", replaced(MANIFESTS["Pod"], ("spec", "containers", 0, "ports"), [None])))
def test_a_damaged_object_is_created_or_refused_and_then_shown(case: tuple[str, Any]) -> None:
    kind, document = case
    store = new_store()

    code = ask(store, "POST", collection(kind), document)

    assert code in {201, 400, 422}
    assert ask(store, "GET", collection(kind), None, form="table") == 200


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("\ud800", "\ufffd"),
        ("a\udfffb", "a\ufffdb"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\U0001f600", "\U0001f600"),
    ],
)
def test_half_a_character_is_replaced_as_the_real_server_does(sent: str, kept: str) -> None:
    store = new_store()
    manifest = {**MANIFESTS["ConfigMap"], "data": {"text": sent}}

    code = ask(store, "POST", collection("ConfigMap"), manifest)

    assert code == 201
    assert store.peek(KINDS["ConfigMap"], "default", "x")["data"] == {"text": kept}


@settings(max_examples=300, deadline=None)
@given(damaged(), st.sampled_from(MEDIA[1:]))
def test_a_damaged_patch_is_applied_or_refused_and_the_object_still_shown(
    case: tuple[str, Any], media: str
) -> None:
    kind, patch = case
    store = new_store()
    ask(store, "POST", collection(kind), MANIFESTS[kind])

    code = ask(store, "PATCH", f"{collection(kind)}/x", patch, media)

    assert code in {200, 400, 409, 422}
    assert ask(store, "GET", collection(kind), None, form="table") == 200


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(MANIFESTS)), st.data())
def test_a_json_patch_anywhere_is_applied_or_refused(kind: str, data: st.DataObject) -> None:
    store = new_store()
    ask(store, "POST", collection(kind), MANIFESTS[kind])
    path = "/" + "/".join(str(step) for step in data.draw(st.sampled_from(places(MANIFESTS[kind]))))
    operation: dict[str, Any] = {
        "op": data.draw(st.sampled_from(["add", "replace", "remove", "test"])),
        "path": path,
    }
    operation["value"] = data.draw(JSON)

    code = ask(store, "PATCH", f"{collection(kind)}/x", [operation], MEDIA[0])

    assert code in {200, 400, 409, 422}
    assert ask(store, "GET", collection(kind), None, form="table") == 200


@settings(max_examples=200, deadline=None)
@given(
    JSON, st.sampled_from(["DELETE", "PUT", "PATCH"]), st.sampled_from(["", "/scale", "/status"])
)
def test_any_body_is_answered(body: Any, method: str, subresource: str) -> None:
    store = new_store()
    ask(store, "POST", collection("Deployment"), MANIFESTS["Deployment"])

    code = ask(store, method, f"{collection('Deployment')}/x{subresource}", body, MEDIA[1])

    assert 200 <= code < 500
    assert ask(store, "GET", collection("Deployment"), None, form="table") == 200


STATUSES: dict[str, dict[str, Any]] = {
    "Pod": {
        "phase": "Running",
        "podIP": "127.9.1.1",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [
            {
                "name": "app",
                "ready": True,
                "restartCount": 1,
                "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
                "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T00:00:00Z"}},
            }
        ],
    },
    "Deployment": {"replicas": 1, "readyReplicas": 1, "conditions": [{"type": "Available"}]},
    "Node": {
        "conditions": [{"type": "Ready", "status": "True"}],
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "nodeInfo": {"kubeletVersion": "v1"},
    },
    "Namespace": {"phase": "Active"},
}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(STATUSES)), st.data(), st.sampled_from(MEDIA[1:]))
def test_a_damaged_status_is_kept_or_refused_and_the_object_still_shown(
    kind: str, data: st.DataObject, media: str
) -> None:
    store = new_store()
    if kind in MANIFESTS:
        ask(store, "POST", collection(kind), MANIFESTS[kind])
    place = collection(kind) if kind in MANIFESTS else f"/api/v1/{KINDS[kind].plural}"
    name = {"Node": "node-1", "Namespace": "default"}.get(kind, "x")
    patch = {"status": STATUSES[kind]}
    damaged_patch = replaced(patch, data.draw(st.sampled_from(places(patch))), data.draw(JSON))

    code = ask(store, "PATCH", f"{place}/{name}/status", damaged_patch, media)

    assert code in {200, 400, 409, 422}
    assert ask(store, "GET", place, None, form="table") == 200
