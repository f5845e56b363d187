"""What policy judges of a write: numbers, what they would become, and the target's labels."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mcp_servers.common import canonical
from mcp_servers.common.envelope import Record


class Figure(Record):
    """One number before and after, its unit in its name; None where there is none."""

    name: str
    before: int | None
    after: int | None


NO_LABELS: Mapping[str, str] = MappingProxyType({})


def sha256(figures: Sequence[Figure], labels: Mapping[str, str] = NO_LABELS) -> str:
    """Return the hash by which a grant is bound to the numbers and labels that policy judged.

    Without labels it is that of the numbers alone, as it was before labels were bound.
    """
    numbers = [figure.model_dump(mode="json") for figure in figures]
    return canonical.sha256({"figures": numbers, "labels": dict(labels)} if labels else numbers)
