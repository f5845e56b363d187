"""Documents of any kind, in any order and any state, into one snapshot."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from reading_objects import TAKEN_AT, document, read_yaml
from test_network_from_objects import SLICES
from test_pods_from_objects import POD
from test_workloads_from_objects import DEPLOYMENT

from sre_agent.manifests.objects.snapshot import KINDS, read

RECORDED = Path(__file__).parents[4] / "contract" / "kubernetes" / "recorded"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())["body"]


def test_what_a_real_cluster_answered_is_read() -> None:
    names = ("pods_list", "replicasets", "deployment", "nodes", "events", "pod_oom")

    seen = read([document(recorded(name), name) for name in names], taken_at=TAKEN_AT)

    assert seen.namespaces == ("default",)
    assert {pod.meta.ref.kind for pod in seen.pods} == {"Pod"}
    crashed = next(pod for pod in seen.pods if pod.meta.ref.name.startswith("d-crash"))
    assert crashed.statuses[0].reason == "CrashLoopBackOff"
    assert crashed.meta.owners[0].kind == "ReplicaSet"
    assert seen.deployments[0].desired == 1
    assert seen.nodes[0].meta.ref.name == "node-1"
    assert {event.reason for event in seen.events} >= {"Scheduled"}
    assert all(event.last_at for event in seen.events)


def test_of_two_looks_at_an_object_the_later_counts() -> None:
    seen = read(
        [
            document({"kind": "Pod", "metadata": {"name": "a"}, "status": {"phase": "Pending"}}),
            document({"kind": "Pod", "metadata": {"name": "a"}, "status": {"phase": "Running"}}),
        ],
        taken_at=TAKEN_AT,
    )

    assert [pod.phase for pod in seen.pods] == ["Running"]


def test_an_empty_list_is_evidence_of_its_kind() -> None:
    seen = read(
        [document({"kind": "SecretList", "items": []}, "secrets")],
        taken_at=TAKEN_AT,
        complete={"Secret"},
        namespaces=["market"],
    )

    assert seen.sources == {"Secret": "secrets"}
    assert (seen.complete, seen.namespaces) == (frozenset({"Secret"}), ("market",))


def test_lists_in_lists_are_gone_through_however_deep() -> None:
    content: dict[str, Any] = {"kind": "Pod", "metadata": {"name": "deep"}}
    for _ in range(2000):
        content = {"kind": "List", "items": [content]}

    seen = read([document(content)], taken_at=TAKEN_AT)

    assert [pod.meta.ref.name for pod in seen.pods] == ["deep"]


def test_the_order_of_the_documents_makes_no_difference() -> None:
    texts = [POD, DEPLOYMENT, SLICES]

    forwards, backwards = (read_yaml("\n---\n".join(each)) for each in (texts, texts[::-1]))

    assert forwards == backwards


@pytest.mark.parametrize(
    "content", [None, [], "text", 7, {"kind": 3}, {"kind": "List"}, {"kind": "Pod"}]
)
def test_what_is_no_object_is_passed_over(content: Any) -> None:
    seen = read([document(content)], taken_at=TAKEN_AT)

    assert seen.pods == ()


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1e400, "", "x", "1e999", [], [None], ["a", {}], {}, {"": None}, {"a": []}]
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a document that something can be put into."""
    inside = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    return [
        *((value, key) for key, _ in inside),
        *(place for _, each in inside for place in places(each)),
    ]


WHOLE = [each for text in (POD, DEPLOYMENT, SLICES) for each in yaml.safe_load_all(text)]


@given(st.data())
def test_no_mangled_object_is_too_odd_to_be_read(data: st.DataObject) -> None:
    content = copy.deepcopy(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        container, key = data.draw(st.sampled_from(places(content)))
        container[key] = copy.deepcopy(data.draw(ODD))
    content["kind"] = data.draw(st.sampled_from(sorted(KINDS)))

    read([document(content)], taken_at=TAKEN_AT)
