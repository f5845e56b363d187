"""The recording target: a cluster and its metrics over HTTP, which writes down what it was told."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import kill_metrics
from kill_cluster import KINDS, Workload, node, stamp
from typing_extensions import override

Json = dict[str, Any]

MARKS = "sre-agent.io/grants"
LATE_S = 1.5
_NAMESPACED = re.compile(r"/(api/v1|apis/apps/v1)/namespaces/([^/]+)/([^/]+)(?:/([^/]+))?")
_ALL = re.compile(r"/(api/v1|apis/apps/v1)/([^/]+)")


@dataclass
class Deed:
    """A write as the target has it: whose grant it bore, and whether its sender got an answer."""

    namespace: str
    grant_id: str
    image: str
    is_answered: bool = False


@dataclass
class Manners:
    """How a namespace's API answers real writes: late, or (the first one) not at all."""

    is_late: bool = False
    drops: int = 0


@dataclass
class Target:
    """The workloads by namespace, and every write in the order in which it was carried out."""

    workloads: dict[str, Workload] = field(default_factory=dict)
    manners: dict[str, Manners] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def deeds_in(self, namespace: str) -> list[Deed]:
        """Return what was done in a namespace."""
        with self.lock:
            return [deed for deed in self.deeds if deed.namespace == namespace]

    def write(self, namespace: str, patch: Json) -> tuple[Json | None, Deed | None]:
        """Carry a patch out and write it down; without a result it conflicts and is no deed."""
        with self.lock:
            workload = self.workloads[namespace]
            before = _marks(workload.annotations)
            after = workload.take(patch, dry_run=False)
            if after is None:
                return None, None
            fresh = [each for each in _marks(workload.annotations) if each not in before]
            deed = Deed(namespace, ",".join(fresh), workload.image)
            self.deeds.append(deed)
            return after, deed

    def alerts(self) -> list[Json]:
        """Return the alerts that fire."""
        return [
            kill_metrics.alert(name, stamp(workload.begun))
            for name, workload in self.workloads.items()
            if not workload.is_well
        ]


def _marks(annotations: dict[str, str]) -> list[str]:
    return [str(mark["id"]) for mark in json.loads(annotations.get(MARKS) or "[]")]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, target: Target) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target

    @override
    def handle_error(self, *_: Any) -> None:
        """Say nothing: whoever asks is killed in the middle of it, and that is the point."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    @property
    def target(self) -> Target:
        return self.server.target

    def do_GET(self) -> None:
        """Answer a look."""
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/api/v1/alerts":
            self._say({"status": "success", "data": {"alerts": self.target.alerts()}})
        elif parts.path in {"/-/ready", "/healthz"}:
            self._say({})
        else:
            found = self._look(parts.path, query)
            self._say(found or {"message": "not found"}, 200 if found else 404)

    def do_POST(self) -> None:
        """Answer a question about metrics."""
        form = dict(parse_qsl(self._body().decode()))
        is_range = urlsplit(self.path).path.endswith("/query_range")
        self._say(kill_metrics.over_time(form) if is_range else kill_metrics.instant(form["query"]))

    def do_PATCH(self) -> None:
        """Carry out a write, or rehearse it."""
        parts = urlsplit(self.path)
        patch = json.loads(self._body())
        place = _NAMESPACED.fullmatch(parts.path)
        namespace = place[2] if place else ""
        if namespace not in self.target.workloads:
            self._say({"message": "not found"}, HTTPStatus.NOT_FOUND)
        elif "dryRun" in parts.query:
            with self.target.lock:
                after = self.target.workloads[namespace].take(patch, dry_run=True)
            self._say_written(after)
        else:
            self._write(namespace, patch)

    def _write(self, namespace: str, patch: Json) -> None:
        after, deed = self.target.write(namespace, patch)
        manners = self.target.manners.get(namespace, Manners())
        if deed is not None and manners.drops > 0:
            manners.drops -= 1
            self.close_connection = True
            self.connection.close()
            return
        if manners.is_late:
            time.sleep(LATE_S)
        self._say_written(after)
        if deed is not None:
            deed.is_answered = True

    def _say_written(self, after: Json | None) -> None:
        conflict = {"message": "the object has been modified"}
        self._say(after or conflict, 200 if after else HTTPStatus.CONFLICT)

    def _look(self, path: str, _query: dict[str, str]) -> Json | None:
        self.target.asked += 1
        if path == "/apis":
            versions = [{"groupVersion": "apps/v1", "version": "v1"}]
            return {"groups": [{"name": "apps", "versions": versions}]}
        if path.lstrip("/") in KINDS:
            return {"resources": [{"name": name} for name in KINDS[path.lstrip("/")]]}
        if place := _NAMESPACED.fullmatch(path):
            _, namespace, plural, name = place.groups()
            return self._objects(namespace, plural, name)
        if place := _ALL.fullmatch(path):
            items = [node()] if place[2] == "nodes" else self._everywhere(place[2])
            return {"metadata": {}, "items": items}
        return None

    def _everywhere(self, plural: str) -> list[Json]:
        if plural == "namespaces":
            return [{"metadata": {"name": name}} for name in self.target.workloads]
        with self.target.lock:
            return [item for each in self.target.workloads.values() for item in each.items(plural)]

    def _objects(self, namespace: str, plural: str, name: str | None) -> Json | None:
        with self.target.lock:
            workload = self.target.workloads.get(namespace)
            items = workload.items(plural) if workload else []
        if name is None:
            return {"metadata": {}, "items": items}
        return next((item for item in items if item["metadata"]["name"] == name), None)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _say(self, body: Json, status: int = HTTPStatus.OK) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@contextmanager
def serving(target: Target) -> Iterator[str]:
    """Serve a target on loopback and yield its URL."""
    server = _Server(target)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
