"""The part of the document that is about webhooks for changes: plain routes, unknown to FastAPI."""

from typing import Any

from backend.api import change_webhook, github_webhook
from backend.api.document import refusals
from backend.intake.changes import SentChange, SentChanges

_REFS = "#/components/schemas/{model}"
_COUNT = {"type": "integer", "minimum": 0}
_IDS = {"type": "array", "items": {"type": "string"}, "description": "Ids of the timeline."}

_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["received", "stored", "known", "changes", "refused"],
    "properties": {
        "received": {**_COUNT, "description": "Changes that could be read."},
        "stored": {**_COUNT, "description": "Those that are new."},
        "known": {**_COUNT, "description": "Those that were told before, just so."},
        "changes": _IDS,
        "refused": {
            "type": "array",
            "description": "Changes that could not be taken, by their place, and why.",
            "items": {
                "type": "object",
                "required": ["index", "errors"],
                "properties": {
                    "index": _COUNT,
                    "errors": {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/FieldProblem"},
                    },
                },
            },
        },
    },
}

_DELIVERED: dict[str, Any] = {
    "type": "object",
    "required": ["event", "is_known", "is_repeated", "changes", "stored"],
    "properties": {
        "event": {"type": "string"},
        "is_known": {"type": "boolean", "description": "Whether such an event is read here."},
        "is_repeated": {"type": "boolean", "description": "Whether the delivery came before."},
        "changes": _IDS,
        "stored": {**_COUNT, "description": "Those that are new, or stand otherwise than before."},
    },
}


def _header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
    }


def _answered(schema: dict[str, Any]) -> dict[str, Any]:
    return {"202": {"description": "Recorded", "content": {"application/json": {"schema": schema}}}}


PATHS: dict[str, Any] = {
    change_webhook.PATH: {
        "post": {
            "tags": ["intake"],
            "operationId": "receiveChanges",
            "summary": "Take in what a system says it changed",
            "description": (
                "202 says that the changes are on disk. Sent again under its `key`, a change is known "
                "and stored once; another one under the same key is refused. One that cannot be taken "
                "is named under `refused`, and the others are taken all the same. The token says whose "
                "changes they are, and of which cluster."
            ),
            "security": [{"webhook": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": {"$ref": _REFS.format(model="SentChanges")}}
                },
            },
            "responses": {
                **_answered(_ANSWER),
                **refusals.refer(400, 401, 409, 413, 415, 422, 503),
            },
        }
    },
    github_webhook.PATH: {
        "post": {
            "tags": ["intake"],
            "operationId": "receiveGithubEvents",
            "summary": "Take in what GitHub delivers",
            "description": (
                "Read are `push` (to the default branch), `pull_request` (merged), `deployment`, "
                "`deployment_status`, `release` and `workflow_run`; any other event is acknowledged and "
                "counted. A delivery that came before changes nothing."
            ),
            "security": [{"github": []}],
            "parameters": [
                _header("X-GitHub-Event", "What happened."),
                _header("X-GitHub-Delivery", "The id of the delivery."),
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "responses": {**_answered(_DELIVERED), **refusals.refer(400, 401, 413, 415, 422, 503)},
        }
    },
}
"""The operations of the paths."""


def schemas() -> dict[str, Any]:
    """Return the schemas that the operations refer to."""
    found = SentChanges.model_json_schema(ref_template=_REFS)
    parts: dict[str, Any] = found.pop("$defs")
    return {SentChanges.__name__: found, SentChange.__name__: parts[SentChange.__name__]}
