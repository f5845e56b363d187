"""The numbers of a write that policy may bound: what they are, and what they would become."""

from collections.abc import Sequence

from mcp_servers.common import canonical
from mcp_servers.common.envelope import Record


class Figure(Record):
    """One number before and after, its unit in its name; None where there is none."""

    name: str
    before: int | None
    after: int | None


def sha256(figures: Sequence[Figure]) -> str:
    """Return the hash by which a grant is bound to the numbers that policy judged."""
    return canonical.sha256([figure.model_dump(mode="json") for figure in figures])
