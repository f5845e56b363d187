"""Saved answers of any origin into one snapshot."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sre_agent.manifests.bundle.reading import Bundle, read

SAVED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

PODS = """NAME             READY   STATUS             RESTARTS      AGE
cart-6d5-abcde   0/1     CrashLoopBackOff   7 (10s ago)   12m
web-7b9-xyz12    1/1     Running            0             3d
"""
ALL = """NAME                READY   STATUS    RESTARTS   AGE
pod/web-7b9-xyz12   1/1     Running   0          3d

NAME          TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
service/web   ClusterIP   10.0.0.7     <none>        80/TCP    3d

NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/web   1/1     1            1           3d
"""
DESCRIBED = """Name:             cart-6d5-abcde
Namespace:        shop
Service Account:  default
Node:             n1/10.0.0.1
Labels:           app=cart
Status:           Running
Controlled By:  ReplicaSet/cart-6d5
Containers:
  app:
    Image:          registry.test/cart:v2
    State:          Waiting
      Reason:       CrashLoopBackOff
    Ready:          False
    Restart Count:  7
Conditions:
  Type              Status
  Ready             False
Events:           <none>
"""


def bundle(files: dict[str, str], namespace: str = "") -> Bundle:
    return read(files, SAVED_AT, namespace)


def pod(name: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "shop"}, **more}


def names(found: Bundle) -> list[str]:
    return [item.meta.ref.name for item in found.snapshot.pods]


def test_tables_are_known_by_their_headings_whatever_their_file_is_called() -> None:
    found = bundle({"a.out": PODS}, namespace="shop")

    assert names(found) == ["cart-6d5-abcde", "web-7b9-xyz12"]
    assert found.used == {"a.out": "tables of Pod"}
    assert found.snapshot.namespaces == ("shop",)
    assert "Pod" in found.snapshot.complete


def test_a_text_with_several_tables_is_read_in_parts() -> None:
    found = bundle({"all.txt": ALL})

    assert names(found) == ["web-7b9-xyz12"]
    assert [str(each.meta.ref) for each in found.snapshot.services] == ["Service/default/web"]
    assert [each.meta.ref.name for each in found.snapshot.deployments] == ["web"]


def test_descriptions_tell_the_namespace_of_tables_that_do_not() -> None:
    found = bundle({"pods.txt": PODS, "describe.txt": DESCRIBED})

    described = next(p for p in found.snapshot.pods if p.meta.ref.name == "cart-6d5-abcde")
    assert {each.meta.ref.namespace for each in found.snapshot.pods} == {"shop"}
    assert described.spec.containers[0].image == "registry.test/cart:v2"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"kind": "PodList", "items": [pod("a"), pod("b")]}),
        json.dumps({"kind": "List", "items": [{"kind": "Pod", **pod(n)} for n in "ab"]}),
        json.dumps([{"kind": "Pod", **pod(n)} for n in "ab"]),
        json.dumps([pod("a"), pod("b")]),
        "kind: Pod\nmetadata: {name: a, namespace: shop}\n---\nkind: Pod\nmetadata: {name: b}\n",
    ],
)
def test_manifests_are_read_in_every_form_they_are_saved_in(text: str) -> None:
    found = bundle({"cluster-resources/pods/shop.json": text})

    assert sorted(names(found)) == ["a", "b"]
    assert found.used == {"cluster-resources/pods/shop.json": "objects"}


def test_an_empty_list_says_by_its_file_of_what_there_is_nothing() -> None:
    empty = json.dumps({"kind": "List", "items": []})

    found = bundle({"configmaps.json": empty, "x/y.json": empty})

    assert "ConfigMap" in found.snapshot.complete
    assert found.snapshot.sources["ConfigMap"] == "configmaps.json"


def test_a_list_that_was_cut_off_is_not_complete() -> None:
    cut = {"kind": "PodList", "metadata": {"continue": "x"}, "items": [pod("a")]}

    found = bundle({"pods.json": json.dumps(cut)})

    assert "Pod" not in found.snapshot.complete


def test_what_kubectl_says_of_several_kinds_at_once_is_complete_of_those_it_names() -> None:
    items = [{"kind": "Pod", **pod("a")}, {"kind": "Service", "metadata": {"name": "s"}}]
    told = {"kind": "List", "metadata": {"resourceVersion": ""}, "items": items}

    found = bundle({"all.json": json.dumps(told)})

    assert found.snapshot.complete == {"Pod", "Service"}
    assert found.snapshot.sources["Service"] == "all.json"
    assert names(found) == ["a"]


def test_a_manifest_of_several_kinds_is_not_complete() -> None:
    items = [{"kind": "Pod", **pod("a")}, {"kind": "Service", "metadata": {"name": "s"}}]

    found = bundle({"shop.json": json.dumps({"kind": "List", "items": items})})

    assert found.snapshot.complete == frozenset()


@pytest.mark.parametrize("metadata", ["x", ["x"], 1])
def test_a_list_whose_metadata_is_odd_is_read_all_the_same(metadata: object) -> None:
    listed = {"kind": "PodList", "metadata": metadata, "items": [pod("a")]}

    assert names(bundle({"pods.json": json.dumps(listed)})) == ["a"]


def test_objects_count_before_what_tables_tell_of_them() -> None:
    exact = {"kind": "PodList", "items": [pod("web-7b9-xyz12", status={"phase": "Failed"})]}

    found = bundle({"pods.json": json.dumps(exact), "pods.txt": PODS}, namespace="shop")

    phases = {each.meta.ref.name: each.phase for each in found.snapshot.pods}
    assert phases["web-7b9-xyz12"] == "Failed"
    assert "cart-6d5-abcde" in phases


@pytest.mark.parametrize(
    ("name", "is_previous"),
    [
        ("logs-cart-6d5-abcde.txt", False),
        ("cluster-resources/pods/logs/shop/cart-6d5-abcde/app-previous.log", True),
        ("shop/cart-6d5-abcde/logs.txt", False),
    ],
)
def test_logs_are_known_by_the_pod_in_their_path(name: str, is_previous: bool) -> None:
    found = bundle({"describe.txt": DESCRIBED, name: "panic: no route\nbye\n"})

    (log,) = found.snapshot.logs
    assert (log.namespace, log.pod, log.container) == ("shop", "cart-6d5-abcde", "app")
    assert (log.lines, log.is_previous, log.source) == (
        ("panic: no route", "bye"),
        is_previous,
        name,
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("web.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n   a: 1\n  b: 2\n"),
        ("web/service.json", '{"apiVersion": "v1", "kind": "Service", "metadata": {'),
    ],
)
def test_objects_that_cannot_be_read_are_no_log_of_the_workload_they_are_named_for(
    name: str, text: str
) -> None:
    listed = json.dumps({"kind": "PodList", "items": [pod("web")]})

    found = bundle({"pods.json": listed, name: text})

    assert name in found.unused
    assert not found.snapshot.logs


def test_a_log_in_json_is_a_log() -> None:
    listed = json.dumps({"kind": "PodList", "items": [pod("web")]})

    found = bundle({"pods.json": listed, "web.json": '{"level": "error", "kind": "x"}\n'})

    assert found.used["web.json"] == "log of web"


def test_what_is_nothing_of_a_cluster_is_named_with_the_reason() -> None:
    found = bundle(
        {
            "notes.txt": "remember the milk",
            "empty.txt": " \n",
            "denied.txt": "Error from server (Forbidden): pods is forbidden",
            "broken.json": "{",
            "pods.txt": PODS,
        }
    )

    assert set(found.unused) == {"notes.txt", "empty.txt", "denied.txt", "broken.json"}
    assert found.unused["denied.txt"].startswith("Error from server (Forbidden)")
    assert found.unused["empty.txt"] == "it is empty"


def test_nothing_found_is_evidence_for_the_kind_a_file_is_named_for() -> None:
    found = bundle(
        {"secrets.txt": "No resources found in shop namespace.\n", "p.txt": PODS}, "shop"
    )

    assert "Secret" in found.snapshot.complete


def test_the_time_of_objects_is_the_newest_they_tell_and_not_that_of_the_files() -> None:
    young = pod("a", status={"startTime": "2026-03-01T09:30:00Z"})
    odd = pod("b", status={"startTime": "2029-01-01T00:00:00Z"})

    found = bundle({"pods.json": json.dumps({"kind": "PodList", "items": [young, odd]})})

    assert found.snapshot.taken_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert bundle({"pods.txt": PODS}).snapshot.taken_at == SAVED_AT


def test_the_order_of_the_files_makes_no_difference() -> None:
    files = {"pods.txt": PODS, "describe.txt": DESCRIBED, "logs/cart-6d5-abcde.log": "x"}

    one, other = (bundle(dict(items)) for items in (files.items(), reversed(files.items())))

    assert one.snapshot == other.snapshot
    assert (one.used, one.unused) == (other.used, other.unused)


def test_objects_are_cleaned_before_they_are_read() -> None:
    listed = {"kind": "ConfigMapList", "items": [{"metadata": {"name": "c"}, "data": {"a": "x"}}]}
    single = {"kind": "ConfigMap", "metadata": {"name": "d"}, "data": {"a": "x"}}

    def clean(item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "data": {"a": "masked"}}

    files = {"l.json": json.dumps(listed), "s.json": json.dumps(single)}
    found = read(files, SAVED_AT, clean=clean)

    assert [item.data["a"] for item in found.snapshot.configmaps] == ["masked", "masked"]


def test_what_is_nested_beyond_reason_is_passed_over() -> None:
    deep = "[" * 900 + "]" * 900

    found = read({"a.json": f'{{"kind": "Pod", "spec": {deep}}}', "p.txt": PODS}, SAVED_AT)

    assert "web-7b9-xyz12" in names(found)


def test_lists_that_hold_themselves_many_times_over_come_to_an_end() -> None:
    lines = ["a0: &a0 {kind: List, items: [{kind: Pod, metadata: {name: x}}]}"]
    for n in range(1, 9):
        same = ", ".join([f"*a{n - 1}"] * 9)
        lines.append(f"a{n}: &a{n} {{kind: List, items: [{same}]}}")
    text = "\n".join([*lines, "kind: List", "items: [*a8]"])

    found = bundle({"bomb.yaml": text})

    assert len(found.snapshot.pods) <= 1
