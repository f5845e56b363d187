"""Limits and requests of a container: what may be set, and the numbers policy sees of them."""

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.figures import Figure
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import section
from mcp_servers.kubernetes.quantities import number

PLACES: Mapping[str, tuple[str, str]] = {
    "memory_limit": ("limits", "memory"),
    "memory_request": ("requests", "memory"),
    "cpu_limit": ("limits", "cpu"),
    "cpu_request": ("requests", "cpu"),
}
"""Where a container declares each."""

_FORMS = {
    "memory": re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?(Ki|Mi|Gi|Ti|k|M|G|T)?"),
    "cpu": re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?m?"),
}
_EXAMPLES = {"memory": "256Mi", "cpu": "500m"}
_UNITS = {"memory": ("bytes", 1), "cpu": ("millicores", 1000)}


def require(name: str, quantity: str) -> None:
    """Refuse what is no quantity above zero.

    Raises:
        RefusedError: `invalid_arguments`.
    """
    resource = PLACES[name][1]
    if not _FORMS[resource].fullmatch(quantity) or not number(quantity):
        example = _EXAMPLES[resource]
        raise RefusedError("invalid_arguments", f"{name} must be a quantity such as {example}")


def require_requests_within_limits(resources: Json) -> None:
    """Refuse requests above their limits.

    Raises:
        RefusedError: `invalid_arguments`, naming the limit that is exceeded.
    """
    for resource in _UNITS:
        request, limit = (section(resources, group).get(resource) for group in _GROUPS)
        asked, bound = number(request), number(limit)
        if asked is not None and bound is not None and asked > bound:
            reason = f"the {resource} request {request} would be above the {resource} limit {limit}"
            raise RefusedError("invalid_arguments", reason)


def figures(before: Json, after: Json) -> tuple[Figure, ...]:
    """Return every limit and request as it is and as it would be."""
    return tuple(
        Figure(
            name=f"{name}_{_UNITS[resource][0]}",
            before=_count(before, group, resource),
            after=_count(after, group, resource),
        )
        for name, (group, resource) in PLACES.items()
    )


_GROUPS = ("requests", "limits")


def _count(resources: Json, group: str, resource: str) -> int | None:
    amount = number(section(resources, group).get(resource))
    if amount is None:
        return None
    return int((amount * Decimal(_UNITS[resource][1])).to_integral_value(ROUND_CEILING))
