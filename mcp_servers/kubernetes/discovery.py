"""Which kinds a cluster serves at all, so that it is not asked in vain for the others."""

import asyncio
from collections.abc import Sequence

from mcp_servers.common.envelope import ToolFailureError
from mcp_servers.kubernetes.api import Api
from mcp_servers.kubernetes.fields import entries, text
from mcp_servers.kubernetes.kinds import Kind

CORE = "api/v1"
"""The prefix of the kinds that every cluster serves."""


async def served(api: Api, kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Return the kinds that the cluster serves; what it does not tell of is thought to be served."""
    groups = await _groups(api)
    prefixes = sorted({kind.prefix for kind in kinds})
    asked = [each for each in prefixes if groups is None or each == CORE or each in groups]
    found = await asyncio.gather(*(_names(api, prefix) for prefix in asked))
    told = dict.fromkeys(prefixes, frozenset[str]()) | dict(zip(asked, found, strict=True))
    return tuple(
        kind for kind in kinds if (names := told[kind.prefix]) is None or kind.plural in names
    )


async def _groups(api: Api) -> frozenset[str] | None:
    """Return the prefixes of the groups and versions that are served, or None where not told."""
    try:
        listed = await api.document("/apis")
    except ToolFailureError:
        return None
    versions = (each for group in entries(listed, "groups") for each in entries(group, "versions"))
    return frozenset(f"apis/{text(each, 'groupVersion')}" for each in versions) or None


async def _names(api: Api, prefix: str) -> frozenset[str] | None:
    """Return the names listed under a prefix, or None where that is not told."""
    try:
        found = await api.document(f"/{prefix}")
    except ToolFailureError:
        return None
    return frozenset(text(each, "name") for each in entries(found, "resources")) or None
