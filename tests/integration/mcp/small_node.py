"""A node with pods, another that takes them, and evictions that budgets may refuse."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from small_api import CORE, Json, SmallApi
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from typing_extensions import override

NODES = "/api/v1/nodes"
PODS = "/api/v1/pods"
ILL = f"{NODES}/ill"
_READY = {"conditions": [{"type": "Ready", "status": "True"}]}


@dataclass
class SmallNode(SmallApi):
    """Objects by path, as in the small API, whose pods can be evicted."""

    evicted: list[str] = field(default_factory=list)
    """The uids of evicted pods, in their order."""
    kept: set[str] = field(default_factory=set)
    """The names of the pods that a budget keeps."""
    fails: Callable[[str], bool] = lambda _name: False
    """Whether the answer to the eviction of a pod is lost, after it was done."""
    then: Callable[[str], object] = lambda _name: None
    """What happens right after a pod was evicted."""

    @override
    def app(self) -> Starlette:
        methods = ["GET", "PATCH", "DELETE", "POST"]
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)])

    @override
    async def _answer(self, request: Request) -> JSONResponse:
        path = request.url.path
        if request.method == "POST":
            return self._evict(path.removesuffix("/eviction"), await request.json())
        if path == PODS:
            node = request.query_params["fieldSelector"].removeprefix("spec.nodeName=")
            items = [each for each in self._pods() if each["spec"]["nodeName"] == node]
            return JSONResponse({"metadata": {}, "items": items})
        return await super()._answer(request)

    def _pods(self) -> list[Json]:
        return [each for path, each in self.objects.items() if "/pods/" in path]

    def _evict(self, path: str, body: Json) -> JSONResponse:
        options = body["deleteOptions"]
        found, name = self.objects.get(path), path.rpartition("/")[2]
        if found is None:
            return JSONResponse({"message": "not found"}, 404)
        if options["preconditions"]["uid"] != found["metadata"]["uid"]:
            return JSONResponse({"message": "the uid differs"}, 409)
        if name in self.kept:
            cause = {"reason": "DisruptionBudget", "message": f"budget {name} needs 1 healthy pod"}
            said = "Cannot evict pod as it would violate the pod's disruption budget."
            return JSONResponse({"message": said, "details": {"causes": [cause]}}, 429)
        if options.get("dryRun"):
            return JSONResponse({"status": "Success"}, 201)
        self.evicted.append(found["metadata"]["uid"])
        del self.objects[path]
        anew = copy.deepcopy(found)
        anew["metadata"] |= {"name": f"{name}-anew", "uid": f"{name}-anew"}
        anew["spec"]["nodeName"] = "well"
        self.objects[f"{path}-anew"] = anew
        self.then(name)
        status = 503 if self.fails(name) else 201
        return JSONResponse({"status": "Success"}, status)

    def add(self, name: str, owner: str = "ReplicaSet", **spec: Any) -> None:
        """Put a pod on the node that is ill."""
        owners = [{"kind": owner, "name": "o", "uid": "o", "controller": True}] if owner else []
        metadata = {"name": name, "namespace": "data", "uid": name, "ownerReferences": owners}
        pod = {"spec": {"nodeName": "ill", **spec}, "status": {"phase": "Running"}}
        self.objects[f"{CORE}/pods/{name}"] = {"metadata": metadata, **pod}

    def mark(self) -> str:
        """Return what the node notes of grants."""
        found = self.objects[ILL]["metadata"].get("annotations", {})
        return str(found.get("sre-agent.io/grants", ""))

    @property
    def is_closed(self) -> bool:
        return bool(self.objects[ILL]["spec"].get("unschedulable"))


def two_nodes(*pods: str) -> SmallNode:
    """Return a node that is ill with some pods, and one that is well."""
    api = SmallNode()
    for name in ("ill", "well"):
        metadata = {"name": name, "uid": name, "resourceVersion": "1", "generation": 1}
        api.objects[f"{NODES}/{name}"] = {"metadata": metadata, "spec": {}, "status": _READY}
    for name in pods:
        api.add(name)
    return api
