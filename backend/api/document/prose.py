"""What the document says in words: of itself, of each group of routes, and of each route."""

from typing import Any

from backend.actors import Role

ABOUT = """\
From an alert to a verified repair. Everything the war room and the command line do, they do here.

**Coming in.** Programs send `Authorization: Bearer <token>`. A browser signs in and has the cookie
`sre_session`; with every method but GET it repeats the `csrf_token` of `GET /api/v1/auth/me` in the
header `X-CSRF-Token`. Each route names the least role that may use it: viewer, responder, approver
or admin, each of which includes those before it. What belongs to another organization is not there.

**Errors** all have one shape, `Problem` (RFC 9457): `title` says what is wrong, `hint` what to do.

**Lists** answer a page, newest first, and a `next_cursor` to ask for the next one with; it is null
on the last page, and stays good while new rows arrive.

**Live.** Two WebSockets, which this document cannot describe, push what the log gains:
`/ws/incidents/{id}?after=<seq>` replays an incident's events and follows them, `/ws/feed` tells of
every incident that changes. See `docs/live.md`.
"""

TAGS: list[dict[str, Any]] = [
    {"name": "incidents", "description": "Incidents, their events, evidence, causes and plans."},
    {"name": "decisions", "description": "What waits for a person, and saying yes or no to it."},
    {"name": "steering", "description": "Holding, correcting and ordering incidents by hand."},
    {"name": "learning", "description": "Verdicts on causes, and what past incidents teach."},
    {"name": "ask", "description": "Questions of people, answered with what the answer rests on."},
    {"name": "runbooks", "description": "The runbooks that specialists go by."},
    {
        "name": "autonomy",
        "description": "What has earned to be done without asking, and what is missing for it.",
    },
    {"name": "slos", "description": "What services promise, and what is left of their budgets."},
    {"name": "changes", "description": "What was changed, where, when and by whom."},
    {"name": "clusters", "description": "The clusters that are watched, and their health."},
    {"name": "metrics", "description": "The four golden signals, as Prometheus has them now."},
    {"name": "audit", "description": "What was done by whom, and the proof that it is unchanged."},
    {"name": "accounts", "description": "Signing in, people and their roles, tokens of programs."},
    {"name": "operations", "description": "Health, the queue, and the emergency switch."},
    {"name": "intake", "description": "Where alerts and changes come in."},
]


def tell(operation: dict[str, Any], role: Role | None) -> None:
    """Part the docstring into summary and description, and say which role it takes."""
    summary, _, rest = str(operation.get("description", "")).partition("\n")
    operation["summary"] = summary.strip().rstrip(".")
    said = [rest.strip()] if rest.strip() else []
    if role is not None:
        said.append(f"Takes the role `{role}` or above.")
    operation.pop("description", None)
    if said:
        operation["description"] = "\n\n".join(said)
