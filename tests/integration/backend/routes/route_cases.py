"""What each route is: who may use it, and what is sent when it is tried."""

import re
from dataclasses import dataclass, field
from typing import Any

from backend.actors import Role

VIEWER, RESPONDER, APPROVER, ADMIN = Role.VIEWER, Role.RESPONDER, Role.APPROVER, Role.ADMIN


@dataclass(frozen=True)
class Case:
    """One route. Without a role it is open to all.

    `body` passes every check of its shape, once its `{ids}` are filled in; `shows` says that the caller's own things are in the
    answer; `foreign` are other ways to ask for a thing of another organization than by the path,
    as queries, and `foreign_body` as fields of the body.
    """

    method: str
    path: str
    role: Role | None
    body: dict[str, Any] | None = None
    shows: bool = False
    foreign: tuple[str, ...] = ()
    foreign_body: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells routes apart."""
        return self.method, self.path

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of an organization's things that the path holds."""
        return frozenset(re.findall(r"{(\w+)}", self.path))

    @property
    def is_unsafe(self) -> bool:
        """Return whether it may change something."""
        return self.method not in {"GET", "HEAD", "WEBSOCKET"}


def _incident(method: str, verb: str, role: Role, **more: Any) -> Case:
    return Case(method, f"/api/v1/incidents/{{incident_id}}{verb}", role, **more)


_WHY = {"reason": "because"}
_CAUSE = {"object": "Deployment/prod/web", "fault_class": "bad_release", "reason": "because"}
_ASKED = {
    "tool": "scale_workload",
    "arguments": {"namespace": "prod", "name": "web", "replicas": 3},
    "reason": "because",
}
_PASSWORD = "correct horse battery"  # noqa: S105 - of nobody
_NOWHERE = {"url": "http://127.0.0.1:9/mcp", "read_token": "r" * 24}
_CLUSTER = {"id": "nowhere", "endpoints": {"kubernetes": _NOWHERE}}
_SLO = {
    "id": "slo-new",
    "namespace": "prod",
    "service": "web",
    "kind": "availability",
    "target": 0.99,
}
_FREEZE = {
    "name": "sale",
    "reason": "many buy",
    "starts_at": "2099-01-01T00:00:00Z",
    "ends_at": "2099-01-02T00:00:00Z",
}
_SIGNALS = "/metrics/snapshot"

CASES = (
    Case("GET", "/openapi.json", None),
    Case("HEAD", "/openapi.json", None),
    *(
        Case("GET", f"{root}/{name}", None)
        for root in ("", "/api/v1")
        for name in ("health", "ready")
    ),
    Case("POST", "/api/v1/auth/register", None),
    Case("POST", "/api/v1/auth/sign-in", None),
    Case("POST", "/api/v1/auth/sign-out", VIEWER),
    Case("GET", "/api/v1/auth/me", VIEWER, shows=True),
    Case("POST", "/api/v1/auth/password", VIEWER, {"current": _PASSWORD, "new": _PASSWORD}),
    Case("GET", "/api/v1/incidents", VIEWER, shows=True, foreign=("?cluster={cluster_id}",)),
    _incident("GET", "", VIEWER),
    _incident("GET", "/events", VIEWER),
    _incident("GET", "/evidence", VIEWER),
    _incident("GET", "/causes", VIEWER),
    _incident("GET", "/plan", VIEWER),
    _incident("GET", "/report", VIEWER),
    _incident("GET", "/similar", VIEWER),
    _incident("POST", "/approve", APPROVER, body={"plan_sha256": "a" * 64, "comment": "yes"}),
    _incident("POST", "/reject", APPROVER, body=_WHY),
    _incident("POST", "/cancel", RESPONDER, body=_WHY),
    _incident("POST", "/pause", RESPONDER, body=_WHY),
    _incident("POST", "/resume", RESPONDER, body=_WHY),
    _incident("POST", "/reinvestigate", RESPONDER, body={"hint": "look"}),
    _incident("GET", "/actions", RESPONDER),
    _incident("POST", "/actions", RESPONDER, body=_ASKED),
    _incident("POST", "/dismiss", RESPONDER, body=_CAUSE),
    _incident("POST", "/acknowledge", RESPONDER),
    _incident("POST", "/assign", RESPONDER, body={"to": "ann"}),
    _incident("POST", "/comment", RESPONDER, body={"text": "hello"}),
    _incident(
        "POST",
        "/merge",
        RESPONDER,
        body={"into": "inc-x", **_WHY},
        foreign_body={"into": "{incident_id}"},
    ),
    _incident("POST", "/split", RESPONDER, body={"fingerprints": ["f"], **_WHY}),
    _incident("POST", "/verdict", RESPONDER, body={"verdict": "right"}),
    Case(
        "POST",
        "/api/v1/trigger",
        RESPONDER,
        {"namespace": "prod", "service": "db", **_WHY},
        foreign_body={"cluster": "{cluster_id}"},
    ),
    Case("GET", "/api/v1/decisions", VIEWER, shows=True),
    Case("GET", "/api/v1/learning", VIEWER),
    Case(
        "POST",
        "/api/v1/ask",
        VIEWER,
        {"question": "which incidents are open?"},
        foreign_body={"thread": "{thread_id}"},
    ),
    Case("GET", "/api/v1/ask/threads", VIEWER),
    Case("GET", "/api/v1/ask/threads/{thread_id}", VIEWER),
    Case("DELETE", "/api/v1/ask/threads/{thread_id}", VIEWER),
    Case("GET", "/api/v1/queue", VIEWER),
    Case(
        "GET",
        "/api/v1/audit",
        VIEWER,
        shows=True,
        foreign=("?incident={incident_id}",),
    ),
    Case("GET", "/api/v1/audit/verify", VIEWER, foreign=("?incident={incident_id}",)),
    Case(
        "POST",
        "/api/v1/audit/exports",
        ADMIN,
        {"incident": None},
        foreign_body={"incident": "{incident_id}"},
    ),
    Case("GET", "/api/v1/audit/exports/{export_id}", ADMIN),
    Case("GET", "/api/v1/audit/exports/{export_id}/entries", ADMIN),
    Case("POST", "/api/v1/audit/exports/{export_id}/kept", ADMIN),
    Case("GET", "/api/v1/brakes", VIEWER),
    Case("GET", "/api/v1/freezes", VIEWER),
    Case("POST", "/api/v1/freezes", APPROVER, _FREEZE),
    Case("DELETE", "/api/v1/freezes/{freeze_id}", ADMIN),
    Case("GET", "/api/v1/model-use", VIEWER),
    Case("GET", "/metrics", VIEWER),
    Case("GET", "/api/v1/halt", VIEWER),
    Case("POST", "/api/v1/halt", APPROVER, _WHY, foreign_body={"cluster": "{cluster_id}"}),
    Case("POST", "/api/v1/resume", ADMIN, _WHY, foreign_body={"cluster": "{cluster_id}"}),
    Case("GET", "/api/v1/runbooks", VIEWER, foreign=("?cluster={cluster_id}",)),
    Case("GET", "/api/v1/stale-runbooks", VIEWER, foreign=("?cluster={cluster_id}",)),
    Case("GET", "/api/v1/runbooks/{runbook_id}", VIEWER, foreign=("?cluster={cluster_id}",)),
    Case(
        "GET",
        "/api/v1/changes",
        VIEWER,
        shows=True,
        foreign=("?cluster={cluster_id}", "?incident={incident_id}"),
    ),
    Case("GET", "/api/v1/changes/sources", VIEWER),
    Case("GET", "/api/v1/changes/{change_id}", VIEWER),
    Case("GET", "/api/v1/slos", VIEWER, foreign=("?cluster={cluster_id}",)),
    Case("POST", "/api/v1/slos", ADMIN, _SLO, foreign=("?cluster={cluster_id}",)),
    Case("GET", "/api/v1/slos/{slo_id}", VIEWER, foreign=("?cluster={cluster_id}",)),
    Case(
        "PUT",
        "/api/v1/slos/{slo_id}",
        ADMIN,
        {**_SLO, "id": "{slo_id}"},
        foreign=("?cluster={cluster_id}",),
    ),
    Case("DELETE", "/api/v1/slos/{slo_id}", ADMIN, foreign=("?cluster={cluster_id}",)),
    Case("GET", "/api/v1/autonomy", VIEWER, foreign=("?cluster={cluster_id}",)),
    Case("GET", "/api/v1/clusters", VIEWER, shows=True),
    Case("POST", "/api/v1/clusters", ADMIN, _CLUSTER),
    Case("GET", "/api/v1/clusters/{cluster_id}", VIEWER),
    Case("GET", "/api/v1/clusters/{cluster_id}/health", VIEWER),
    Case("DELETE", "/api/v1/clusters/{cluster_id}", ADMIN),
    Case("GET", _SIGNALS, VIEWER, foreign=("?cluster={cluster_id}",)),
    Case("GET", f"/api/v1{_SIGNALS}", VIEWER, foreign=("?cluster={cluster_id}",)),
    Case("GET", "/api/v1/users", ADMIN, shows=True),
    Case("POST", "/api/v1/users", ADMIN, {"name": "eve", "role": "viewer"}),
    Case("PATCH", "/api/v1/users/{user_id}", ADMIN, {"role": "admin"}),
    Case("POST", "/api/v1/users/{user_id}/password", ADMIN),
    Case("GET", "/api/v1/tokens", ADMIN, shows=True),
    Case("POST", "/api/v1/tokens", ADMIN, {"name": "robot", "role": "viewer"}),
    Case("DELETE", "/api/v1/tokens/{token_id}", ADMIN),
    Case("WEBSOCKET", "/ws/incidents/{incident_id}", VIEWER),
    Case("WEBSOCKET", "/ws/feed", VIEWER),
)

ELSEWHERE = frozenset(("POST", f"/webhook/{name}") for name in ("alert", "change", "github"))
"""Routes with credentials of their own, which other tests try."""
