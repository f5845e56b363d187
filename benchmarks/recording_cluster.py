"""A cluster that has every Deployment it is asked for, answers at once, and counts what was written."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

from sre_agent.testing.merge_patch import merged

Json = dict[str, Any]


class Cluster(ThreadingHTTPServer):
    """Serves Deployments on loopback; `writes` are the names of those that were written to, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, Json] = {}
        self.writes: list[str] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def find(self, path: str) -> Json:
        """Return the Deployment at a path."""
        with self.lock:
            namespace, _, name = path.split("/")[-3:]
            return self.objects.setdefault(path, _deployment(namespace, name))

    def patch(self, path: str, change: Json, *, is_rehearsed: bool) -> Json:
        """Return the Deployment as a merge patch makes it, which is kept unless it is a rehearsal."""
        live = self.find(path)
        with self.lock:
            after = merged(live, change)
            if not is_rehearsed:
                after["metadata"]["resourceVersion"] = str(len(self.writes) + 2)
                self.objects[path] = after
                self.writes.append(after["metadata"]["name"])
            return after


@contextmanager
def serving() -> Iterator[Cluster]:
    """Serve a cluster for as long as the block runs."""
    cluster = Cluster()
    thread = threading.Thread(target=cluster.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield cluster
    finally:
        cluster.shutdown()
        thread.join()
        cluster.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Cluster

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a look."""
        self._say(self.server.find(self.path.partition("?")[0]))

    def do_PATCH(self) -> None:
        """Carry a write out, or rehearse it."""
        path, _, query = self.path.partition("?")
        change = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
        self._say(self.server.patch(path, change, is_rehearsed="dryRun" in query))

    def _say(self, body: Json) -> None:
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _deployment(namespace: str, name: str) -> Json:
    labels = {"app": name}
    container = {"name": "app", "image": "registry.example/app:2"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{name}",
            "resourceVersion": "1",
            "generation": 1,
            "labels": labels,
        },
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
        "status": {"observedGeneration": 1, "replicas": 2, "readyReplicas": 2},
    }
