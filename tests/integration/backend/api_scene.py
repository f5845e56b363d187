"""Who asks the API, and the alerts that Alertmanager sends it."""

import hashlib
from typing import Any

import httpx

TOKENS = {
    role: hashlib.sha256(role.encode()).hexdigest()
    for role in ("viewer", "responder", "approver", "admin", "webhook")
}


def bearer(role: str) -> dict[str, str]:
    """Return the headers of a program of a role."""
    return {"Authorization": f"Bearer {TOKENS[role]}"}


def webhook(*services: str, status: str = "firing", severity: str = "critical") -> dict[str, Any]:
    """Return a webhook with an alert of each service."""
    alerts = [
        {
            "status": status,
            "labels": {
                "alertname": "Errors",
                "namespace": "prod",
                "service": service,
                "severity": severity,
            },
            "annotations": {"summary": f"{service} fails"},
            "startsAt": "2026-03-01T11:59:00Z",
            "endsAt": "2026-03-01T12:00:00Z" if status == "resolved" else "0001-01-01T00:00:00Z",
            "fingerprint": f"print-{service}",
        }
        for service in services
    ]
    return {"version": "4", "groupKey": "g", "status": status, "alerts": alerts}


async def fire(client: httpx.AsyncClient, *services: str) -> list[str]:
    """Send an alert of each service; return the incidents that they open or join."""
    answer = await client.post("/webhook/alert", json=webhook(*services), headers=bearer("webhook"))
    assert answer.status_code == 202, answer.text
    incidents: list[str] = answer.json()["incidents"]
    return incidents
