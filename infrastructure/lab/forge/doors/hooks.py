"""Webhooks: who is told of what."""

from typing import Any

from infrastructure.lab.forge import webhooks
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door, paged
from infrastructure.lab.forge.errors import invalid, missing
from infrastructure.lab.forge.shapes import hooks as shapes


def _listed(call: Call) -> Answer:
    found = call.forge.store.newest(webhooks.KIND)[::-1]
    return paged(call, found, lambda each: shapes.hook(call.forge, each))


def _create(call: Call) -> Answer:
    """Have somebody told: `config` (`url`, `secret`, `content_type` json) and `events`."""
    config: Any = call.body.get("config")
    if not isinstance(config, dict) or not str(config.get("url", "")).startswith("http"):
        raise invalid("Hook", "url", "missing_field")
    if config.get("content_type", "form") != "json":
        raise invalid("Hook", "content_type", "custom", "This forge sends JSON only")
    events = call.body.get("events", ["push"])
    if not isinstance(events, list) or not set(events) <= {*webhooks.EVENTS, "*"}:
        raise invalid("Hook", "events", "invalid")
    secret = str(config.get("secret") or "")
    kept = webhooks.add(call.forge, str(config["url"]), secret, events)
    return Answer(shapes.hook(call.forge, kept), 201)


def _delete(call: Call) -> Answer:
    if not call.forge.store.remove(webhooks.KIND, int(call.path["number"])):
        raise missing()
    return Answer(None, 204)


DOORS = (
    Door("GET", "/hooks", Right.ADMIN, _listed),
    Door("POST", "/hooks", Right.ADMIN, _create),
    Door("DELETE", "/hooks/{number:int}", Right.ADMIN, _delete),
)
