"""Deployments and releases."""

from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door, paged
from infrastructure.lab.forge.shapes import deployments as shapes


def _listed(call: Call) -> Answer:
    """List deployments, newest first: `sha`, `ref`, `environment`."""
    facts = {name: call.query[name] for name in ("sha", "ref") if call.query.get(name)}
    found = call.forge.store.newest("deployment", **facts)
    if call.query.get("environment", shapes.ENVIRONMENT) != shapes.ENVIRONMENT:
        found = []
    return paged(call, found, lambda each: shapes.deployment(call.forge, each))


def _one(call: Call) -> Answer:
    return Answer(shapes.deployment(call.forge, call.number("deployment")))


def _statuses(call: Call) -> Answer:
    number = call.number("deployment")["number"]
    found = call.forge.store.newest("deployment_status", deployment=number)
    return paged(call, found, lambda each: shapes.status(call.forge, each))


def _releases(call: Call) -> Answer:
    found = call.forge.store.newest("release")
    return paged(call, found, lambda each: shapes.release(call.forge, each))


DOORS = (
    Door("GET", "/deployments", Right.READ, _listed),
    Door("GET", "/deployments/{number:int}", Right.READ, _one),
    Door("GET", "/deployments/{number:int}/statuses", Right.READ, _statuses),
    Door("GET", "/releases", Right.READ, _releases),
)
