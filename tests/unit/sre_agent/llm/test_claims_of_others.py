"""A true fact of one object speaks for no other, whatever it is called like."""

from datetime import UTC, datetime
from typing import Any

import pytest
from opinions import cause

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.tools import ToolCall
from sre_agent.llm import claims
from sre_agent.llm.claims import ReflectorAnswer

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WEB = ObjectRef.deployment("shop", "web")
NAMED_LIKE_ITS_PLACE = ObjectRef.deployment("shop", "shop")
STATEFUL = ObjectRef(kind="StatefulSet", namespace="shop", name="web")
DAEMONS = ObjectRef(kind="DaemonSet", namespace="shop", name="web")
NIGHTLY = ObjectRef(kind="CronJob", namespace="shop", name="web")
NODE = ObjectRef(kind="Node", namespace="", name="web")
CODE = ObjectRef(kind="Repository", namespace="shop", name="web")


def is_kept(facts: dict[str, Any], path: str, ref: ObjectRef = WEB, **arguments: str) -> bool:
    """Return whether a claim that cites a fact counts for an object."""
    evidence = Evidence(
        id=EvidenceId("k8s-1"),
        kind="kubernetes.events",
        specialist="kubernetes",
        call=ToolCall(server="kubernetes", tool="look", arguments=arguments),
        subject=None,
        facts=facts,
        summary="",
        observed_at=NOW,
    )
    said = cause("out_of_memory", ref, ("k8s-1", path, "is", "OOMKilled"))
    answer = ReflectorAnswer.model_validate({"causes": [said]})
    [found] = claims.check(answer, [evidence], {str(ref): ref}).causes
    return bool(found.claims)


def event(kind: str, name: str, namespace: str = "shop") -> dict[str, Any]:
    about = {"kind": kind, "namespace": namespace, "name": name}
    return {"namespace": "shop", "events": [{"object": about, "reason": "OOMKilled"}]}


HASHED = "web-6d9f7c5b8-x2vqz"


@pytest.mark.parametrize(
    ("kind", "name", "ref"),
    [
        ("Deployment", "web", WEB),
        ("ReplicaSet", "web-6d9f7c5b8", WEB),
        ("Pod", HASHED, WEB),
        ("Pod", "web-0", STATEFUL),
        ("Pod", "web-x2vqz", DAEMONS),
        ("Pod", "web-29384720-x2vqz", NIGHTLY),
    ],
)
def test_what_a_pod_suffers_is_about_its_workload(kind: str, name: str, ref: ObjectRef) -> None:
    assert is_kept(event(kind, name), "events[0].reason", ref)


@pytest.mark.parametrize(
    ("kind", "name", "namespace", "ref"),
    [
        ("Pod", "web-admin-7d9f-x", "shop", WEB),
        ("Pod", "web-admin-6d9f7c5b8-x2vqz", "shop", WEB),
        ("Pod", HASHED, "other", WEB),
        ("Pod", HASHED, "shop", STATEFUL),
        ("Pod", HASHED, "shop", NAMED_LIKE_ITS_PLACE),
        ("Pod", "web-0", "shop", WEB),
        ("Pod", "web-x2vqz", "shop", WEB),
        ("Pod", "web", "shop", WEB),
        ("Deployment", "web-6d9f7c5b8", "shop", WEB),
        ("Deployment", "web-0", "shop", STATEFUL),
        ("StatefulSet", "web", "shop", WEB),
        ("Service", "web", "shop", WEB),
        ("Node", "web", "", WEB),
    ],
)
def test_what_another_object_suffers_is_not_about_it(
    kind: str, name: str, namespace: str, ref: ObjectRef
) -> None:
    assert not is_kept(event(kind, name, namespace), "events[0].reason", ref)


@pytest.mark.parametrize(
    ("facts", "path", "arguments", "ref"),
    [
        ({"reason": "OOMKilled", "namespace": "shop"}, "reason", {"namespace": "shop"}, "shop"),
        ({"reason": "OOMKilled"}, "reason", {"namespace": "a", "name": "web"}, "web"),
        ({"reason": "OOMKilled"}, "reason", {"query": "web"}, "web"),
        ({"reason": "OOMKilled", "namespace": "a", "service": "web"}, "reason", {}, "web"),
        (
            {"items": [{"reason": "OOMKilled", "object": {"kind": "Deployment", "name": "api"}}]},
            "items[0].reason",
            {"namespace": "shop", "name": "web"},
            "web",
        ),
        ({"lines": [{"line": "OOMKilled", "says": "web"}]}, "lines[0].line", {}, "web"),
        (
            {"items": [{"reason": "OOMKilled", "containers": [{"name": "web"}]}]},
            "items[0].reason",
            {"namespace": "shop"},
            "web",
        ),
        (
            {
                "items": [
                    {
                        "kind": "Pod",
                        "reason": "OOMKilled",
                        "metadata": {
                            "namespace": "shop",
                            "name": HASHED,
                            "labels": {"app": "web"},
                            "ownerReferences": [{"kind": "Job", "name": "x"}],
                        },
                    }
                ]
            },
            "items[0].reason",
            {"namespace": "shop"},
            "web",
        ),
    ],
    ids=[
        "called like the namespace",
        "of another namespace",
        "called like a word of the query",
        "a service of another namespace",
        "an entry of another object",
        "called like a word of a line",
        "called like a container",
        "a pod that another owns",
    ],
)
def test_what_is_only_called_like_it_is_not_about_it(
    facts: dict[str, Any], path: str, arguments: dict[str, str], ref: str
) -> None:
    assert not is_kept(facts, path, ObjectRef.deployment("shop", ref), **arguments)


@pytest.mark.parametrize(
    ("facts", "path", "arguments", "ref"),
    [
        ({"reason": "OOMKilled"}, "reason", {"namespace": "shop", "name": "web"}, WEB),
        ({"reason": "OOMKilled"}, "reason", {"namespace": "shop", "service": "web"}, WEB),
        ({"reason": "OOMKilled"}, "reason", {"namespace": "shop", "pod": HASHED}, WEB),
        ({"lines": ["OOMKilled"], "pod": HASHED}, "lines[0]", {}, WEB),
        ({"rows": [{"labels": {"pod": HASHED}, "x": "OOMKilled"}]}, "rows[0].x", {}, WEB),
        ({"nodes": [{"name": "web", "reason": "OOMKilled"}]}, "nodes[0].reason", {}, NODE),
        (
            {"changes": [{"object": "Deployment/shop/web", "after": "OOMKilled"}]},
            "changes[0].after",
            {},
            WEB,
        ),
        ({"repository": "shop/web", "message": "OOMKilled"}, "message", {}, CODE),
        (
            {
                "items": [
                    {
                        "kind": "Pod",
                        "reason": "OOMKilled",
                        "metadata": {
                            "namespace": "shop",
                            "name": "web-x",
                            "ownerReferences": [{"kind": "StatefulSet", "name": "web"}],
                        },
                    }
                ]
            },
            "items[0].reason",
            {"namespace": "shop"},
            STATEFUL,
        ),
    ],
)
def test_what_names_it_by_right_is_about_it(
    facts: dict[str, Any], path: str, arguments: dict[str, str], ref: ObjectRef
) -> None:
    assert is_kept(facts, path, ref, **arguments)
