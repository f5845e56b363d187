"""JSON patches, merge patches and strategic merge patches."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.lab.cluster import jsonpatch, strategic
from infrastructure.lab.cluster.jsonpatch import MalformedPatchError, PatchError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def pod(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"containers": list(containers)}}


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": "x"}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({"a": 1}, [1], [1]),
    ],
)
def test_a_merge_patch_follows_rfc_7386(document: Any, patch: Any, result: Any) -> None:
    assert jsonpatch.merge(document, patch) == result


@given(JSON, JSON)
def test_a_merge_patch_applied_twice_is_applied_once(document: Any, patch: Any) -> None:
    before = copy.deepcopy(document)

    once = jsonpatch.merge(document, patch)

    assert jsonpatch.merge(once, patch) == once
    assert document == before


@pytest.mark.parametrize(
    ("operations", "result"),
    [
        ([{"op": "add", "path": "/list/1", "value": 9}], {"list": [1, 9, 2], "map": {"k": "v"}}),
        ([{"op": "add", "path": "/list/-", "value": 9}], {"list": [1, 2, 9], "map": {"k": "v"}}),
        ([{"op": "remove", "path": "/list/0"}], {"list": [2], "map": {"k": "v"}}),
        (
            [{"op": "replace", "path": "/map/k", "value": None}],
            {"list": [1, 2], "map": {"k": None}},
        ),
        ([{"op": "move", "from": "/map/k", "path": "/map/j"}], {"list": [1, 2], "map": {"j": "v"}}),
        (
            [{"op": "copy", "from": "/list", "path": "/map/k"}],
            {"list": [1, 2], "map": {"k": [1, 2]}},
        ),
        (
            [{"op": "add", "path": "/map/a~1b~0c", "value": 1}],
            {"list": [1, 2], "map": {"k": "v", "a/b~c": 1}},
        ),
        ([{"op": "replace", "path": "", "value": {}}], {}),
        ([{"op": "test", "path": "/map/k", "value": "v"}], {"list": [1, 2], "map": {"k": "v"}}),
    ],
)
def test_a_json_patch_follows_rfc_6902(operations: Any, result: Any) -> None:
    document = {"list": [1, 2], "map": {"k": "v"}}

    assert jsonpatch.apply(document, operations) == result
    assert document == {"list": [1, 2], "map": {"k": "v"}}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/nope"},
        {"op": "replace", "path": "/nope", "value": 1},
        {"op": "test", "path": "/map/k", "value": "w"},
        {"op": "add", "path": "/list/7", "value": 1},
        {"op": "add", "path": "/list/01x", "value": 1},
        {"op": "add", "path": "/map/k/deeper", "value": 1},
        {"op": "copy", "from": "/nope", "path": "/map/j"},
    ],
)
def test_an_operation_that_does_not_fit_is_refused(operation: Any) -> None:
    with pytest.raises(PatchError):
        jsonpatch.apply({"list": [1, 2], "map": {"k": "v"}}, [operation])


@pytest.mark.parametrize(
    "operations",
    [
        {},
        "x",
        [1],
        [{}],
        [{"op": "add", "path": "/a"}],
        [{"op": "move", "path": "/a"}],
        [{"op": "add", "path": "a", "value": 1}],
        [{"op": ["add"], "path": "/a"}],
    ],
)
def test_what_is_no_json_patch_is_malformed(operations: Any) -> None:
    with pytest.raises(MalformedPatchError):
        jsonpatch.apply({}, operations)


def test_containers_are_merged_by_name() -> None:
    document = pod({"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}]}, {"name": "b"})
    patch = pod({"name": "a", "image": "2", "env": [{"name": "Y", "value": "2"}]}, {"name": "c"})

    result = strategic.apply(document, patch)

    assert result == pod(
        {
            "name": "a",
            "image": "2",
            "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}],
        },
        {"name": "b"},
        {"name": "c"},
    )


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        (
            pod({"name": "a"}, {"name": "b"}),
            pod({"name": "a", "$patch": "delete"}),
            pod({"name": "b"}),
        ),
        (
            pod({"name": "a"}, {"name": "b"}),
            pod({"$patch": "replace"}, {"name": "c"}),
            pod({"name": "c"}),
        ),
        (
            {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}},
            {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}},
            {"spec": {"strategy": {"type": "Recreate"}}},
        ),
        ({"a": {"b": 1, "c": 2}}, {"a": {"$patch": "replace", "d": 3}}, {"a": {"d": 3}}),
        ({"a": {"b": 1}, "c": 2}, {"a": {"$patch": "delete"}}, {"c": 2}),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
        (
            {"metadata": {"finalizers": ["x", "y"]}},
            {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x"], "finalizers": ["z"]}},
            {"metadata": {"finalizers": ["y", "z"]}},
        ),
        (
            pod({"name": "a", "command": ["x", "y"]}),
            {
                "spec": {
                    "$setElementOrder/containers": [{"name": "a"}],
                    "containers": [{"name": "a", "command": ["z"]}],
                }
            },
            pod({"name": "a", "command": ["z"]}),
        ),
        (
            pod({"name": "a", "ports": [{"containerPort": 80, "name": "web"}]}),
            pod(
                {
                    "name": "a",
                    "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81}],
                }
            ),
            pod(
                {
                    "name": "a",
                    "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81}],
                }
            ),
        ),
        (
            {"spec": {"ports": [{"port": 80, "name": "web"}]}},
            {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}},
            {"spec": {"ports": [{"port": 80, "name": "web", "targetPort": 8080}]}},
        ),
        (
            {"status": {"conditions": [{"type": "Ready", "status": "True"}]}},
            {"status": {"conditions": [{"type": "Ready", "status": "False"}]}},
            {"status": {"conditions": [{"type": "Ready", "status": "False"}]}},
        ),
        (
            {"metadata": {"ownerReferences": [{"uid": "1"}, {"uid": "2"}]}},
            {"metadata": {"ownerReferences": [{"uid": "1", "$patch": "delete"}]}},
            {"metadata": {"ownerReferences": [{"uid": "2"}]}},
        ),
        (
            {"spec": {"tolerations": [{"key": "a"}]}},
            {"spec": {"tolerations": [{"key": "b"}]}},
            {"spec": {"tolerations": [{"key": "b"}]}},
        ),
    ],
)
def test_a_strategic_patch_knows_its_directives_and_keys(
    document: Any, patch: Any, result: Any
) -> None:
    before = copy.deepcopy(document)

    assert strategic.apply(document, patch) == result
    assert document == before


@pytest.mark.parametrize(
    "patch",
    [pod({"image": "x"}), {"spec": {"$patch": "dance"}}, {"spec": {"$retainKeys": "type"}}],
)
def test_a_strategic_patch_that_makes_no_sense_is_refused(patch: Any) -> None:
    with pytest.raises(PatchError):
        strategic.apply(pod({"name": "a"}), patch)
