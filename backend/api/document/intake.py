"""The webhook's part of the document: a plain route, which FastAPI knows nothing of."""

from typing import Any

from backend.api import webhook
from backend.api.document import refusals

PATH = webhook.PATH

_COUNT = {"type": "integer", "minimum": 0}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}

_ALERT: dict[str, Any] = {
    "type": "object",
    "required": ["status", "labels", "startsAt"],
    "properties": {
        "status": {"enum": ["firing", "resolved"]},
        "labels": {**_TEXTS, "required": ["alertname"]},
        "annotations": _TEXTS,
        "startsAt": {"type": "string", "format": "date-time"},
        "endsAt": {"type": "string", "format": "date-time"},
        "generatorURL": {"type": "string"},
        "fingerprint": {"type": "string"},
    },
}

_BODY: dict[str, Any] = {
    "type": "object",
    "required": ["alerts"],
    "description": "What Alertmanager's webhook_config sends (version 4); more fields are ignored.",
    "properties": {
        "version": {"type": "string"},
        "groupKey": {"type": "string"},
        "alerts": {"type": "array", "items": _ALERT},
    },
}

_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["received", "incidents", "refused"],
    "properties": {
        "received": {**_COUNT, "description": "Alerts that could be read."},
        "incidents": {"type": "array", "items": {"type": "string"}},
        "opened": _COUNT,
        "reopened": _COUNT,
        "joined": _COUNT,
        "deduplicated": _COUNT,
        "resolved": _COUNT,
        "ignored": _COUNT,
        "refused": {
            "type": "array",
            "description": "Alerts that could not be read, by their place, and why.",
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

OPERATIONS: dict[str, Any] = {
    "post": {
        "tags": ["intake"],
        "operationId": "receiveAlerts",
        "summary": "Take in what Alertmanager sends",
        "description": (
            "202 says that the alerts are on disk. An alert that cannot be read is named under "
            "`refused`, and the others of its group are taken all the same."
        ),
        "security": [{"webhook": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _BODY}},
        },
        "responses": {
            "202": {
                "description": "Recorded",
                "content": {"application/json": {"schema": _ANSWER}},
            },
            **refusals.refer(400, 401, 413, 415, 422, 503),
        },
    }
}
"""The operations of the webhook's path."""
