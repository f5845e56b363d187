"""Reading amounts as kubectl lists them, a resource a line."""

from collections.abc import Mapping
from functools import lru_cache

from sre_agent.domain.cluster.pods import Amounts
from sre_agent.manifests import quantities

_FIELDS = {
    "cpu": "cpu",
    "memory": "memory",
    "ephemeral-storage": "ephemeral_storage",
    "pods": "pods",
}


@lru_cache(maxsize=4096)
def quantity(text: str) -> float | None:
    """Return a quantity as a number; the same few are read over and over."""
    return quantities.quantity(text)


def amounts(written: Mapping[str, str]) -> Amounts:
    """Return amounts by resource name; what cannot be read is left out."""
    known: dict[str, float] = {}
    others: dict[str, float] = {}
    for name, text in written.items():
        value = quantity(text)
        if value is None:
            continue
        if name in _FIELDS:
            known[_FIELDS[name]] = value
        else:
            others[name] = value
    return Amounts(
        cpu=known.get("cpu"),
        memory=known.get("memory"),
        ephemeral_storage=known.get("ephemeral_storage"),
        pods=known.get("pods"),
        others=others,
    )
