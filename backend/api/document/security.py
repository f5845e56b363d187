"""Who may call a route, in the document's words."""

from typing import Any

from backend.actors import Role

SCHEMES: dict[str, Any] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A program's token, made with `POST /api/v1/tokens` or named in API_TOKENS.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sre_session",
        "description": "A browser's session; `POST /api/v1/auth/sign-in` opens one.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The session's `csrf_token`, with every method but GET.",
    },
    "webhook": {
        "type": "http",
        "scheme": "bearer",
        "description": "What Alertmanager sends: WEBHOOK_TOKEN, or the token of a connected cluster.",
    },
    "github": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Hub-Signature-256",
        "description": "GitHub's signature of the body, made with one of GITHUB_WEBHOOK_SECRETS.",
    },
}

_READING = ("get", "head")


def guard(operation: dict[str, Any], role: Role | None, method: str) -> None:
    """Say by which credentials an operation is called; none where it is open to all."""
    if role is None:
        operation.setdefault("security", [])
        return
    session: dict[str, list[str]] = {"session": []}
    if method not in _READING:
        session["csrf"] = []
    operation["security"] = [{"token": []}, session]
