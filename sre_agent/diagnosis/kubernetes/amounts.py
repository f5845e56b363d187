"""Amounts of resources, in words for people."""

_MIB, _GIB = 2**20, 2**30
_BYTES = ("memory", "storage")


def written(resource: str, amount: float) -> str:
    """Return an amount of a resource: cores, bytes in MiB or GiB, or a count."""
    if resource.endswith("cpu"):
        return f"{amount:g} cores"
    if not any(resource.endswith(name) for name in _BYTES):
        return f"{amount:g}"
    return f"{amount / _GIB:.4g} GiB" if amount >= _GIB else f"{amount / _MIB:.4g} MiB"
