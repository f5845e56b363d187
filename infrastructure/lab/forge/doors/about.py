"""The repository, the budget of requests, and what stands beside the API."""

from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.shapes import repository


def _repository(call: Call) -> Answer:
    may_write = call.caller.right >= Right.WRITE
    return Answer(repository.full(call.forge, may_write=may_write))


def _budget(call: Call) -> Answer:
    told = call.forge.limits.told(call.caller.token)
    resources = dict.fromkeys(("core", "search", "graphql"), told)
    return Answer({"resources": resources, "rate": told})


DOORS = (
    Door("GET", "", Right.READ, _repository),
    Door("GET", "//rate_limit", Right.NONE, _budget),
)
