"""An API server of a few objects: enough of Kubernetes for kinds that the lab's cluster lacks."""

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sre_agent.testing.merge_patch import merged

Json = dict[str, Any]

APPS = "/apis/apps/v1/namespaces/data"
CORE = "/api/v1/namespaces/data"
AUTOSCALERS = "/apis/autoscaling/v2/namespaces/data/horizontalpodautoscalers"
LABELS = {"app": "db"}


@dataclass
class SmallApi:
    """Objects by path; reads, merge patches and deletions with preconditions, and a log of writes."""

    objects: dict[str, Json] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)
    version: int = 1
    conflicts: int = 0
    """So many writes are refused because someone else was quicker."""

    def app(self) -> Starlette:
        methods = ["GET", "PATCH", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)])

    async def _answer(self, request: Request) -> JSONResponse:
        path, body = request.url.path, await request.body()
        given: Json = json.loads(body) if body else {}
        is_dry = request.query_params.get("dryRun") == "All"
        if request.method == "GET" and path not in self.objects:
            items = [it for key, it in self.objects.items() if key.rpartition("/")[0] == path]
            return JSONResponse({"metadata": {}, "items": items})
        found = self.objects.get(path)
        if found is None:
            return JSONResponse({"message": "not found"}, 404)
        if request.method == "GET":
            return JSONResponse(found)
        is_late = self.conflicts > 0
        self.conflicts -= is_late
        asked = given.get("preconditions") or given.get("metadata") or {}
        mismatched = [
            key
            for key in ("uid", "resourceVersion")
            if key in asked and asked[key] != found["metadata"][key]
        ]
        if mismatched or is_late:
            return JSONResponse({"message": f"{mismatched} differ"}, 409)
        if not is_dry:
            self.writes.append((request.method, path))
        change = self._patch if request.method == "PATCH" else self._delete
        return JSONResponse(change(path, given, is_dry=is_dry))

    def _patch(self, path: str, given: Json, *, is_dry: bool) -> Json:
        after = merged(self.objects[path], given)
        if after["spec"] != self.objects[path]["spec"]:
            after["metadata"]["generation"] += 1
        return after if is_dry else self._store(path, after)

    def _delete(self, path: str, _given: Json, *, is_dry: bool) -> Json:
        """Delete a pod, which its controller makes anew under the old name."""
        found = self.objects[path]
        if not is_dry:
            anew = copy.deepcopy(found)
            anew["metadata"]["uid"] += "-anew"
            self._store(path, anew)
        return found

    def _store(self, path: str, item: Json) -> Json:
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        self.objects[path] = item
        return item


def database() -> SmallApi:
    """Return a StatefulSet at its second revision and a DaemonSet, each with one pod."""
    api = SmallApi()
    for kind, plural, name in (
        ("StatefulSet", "statefulsets", "db"),
        ("DaemonSet", "daemonsets", "agent"),
    ):
        owner = {
            "apiVersion": "apps/v1",
            "kind": kind,
            "name": name,
            "uid": name,
            "controller": True,
        }
        status: Json = {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}
        if kind == "DaemonSet":
            status = {"desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberReady": 1}
        spec = {"selector": {"matchLabels": LABELS}, "template": template("2"), "replicas": 1}
        api.objects[f"{APPS}/{plural}/{name}"] = item(name, spec=spec, status=status)
        for number in (1, 2):
            held = item(
                f"{name}-h{number}",
                owner,
                labels={"controller-revision-hash": f"h{number}"},
                revision=number,
                data={"spec": {"template": {"$patch": "replace", **template(str(number))}}},
            )
            api.objects[f"{APPS}/controllerrevisions/{name}-h{number}"] = held
        label = f"{name}-h2" if kind == "StatefulSet" else "h2"
        pod = item(f"{name}-0", owner, labels={**LABELS, "controller-revision-hash": label})
        ready = [{"type": "Ready", "status": "True"}]
        pod |= {"spec": {"nodeName": "n"}, "status": {"phase": "Running", "conditions": ready}}
        api.objects[f"{CORE}/pods/{name}-0"] = pod
    return api


def template(version: str) -> Json:
    container = {"name": "main", "image": f"db:{version}"}
    return {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}}


def item(
    name: str, owner: Json | None = None, labels: dict[str, str] | None = None, **rest: Any
) -> Json:
    metadata = {
        "name": name,
        "namespace": "data",
        "uid": name,
        "resourceVersion": "1",
        "generation": 1,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": labels or LABELS,
        "ownerReferences": [owner] if owner else [],
    }
    return {"metadata": metadata, **rest}
