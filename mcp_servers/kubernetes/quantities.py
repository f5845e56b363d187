"""Kubernetes quantities as numbers."""

from decimal import Decimal, InvalidOperation

from mcp_servers.kubernetes.answers import Resources

_SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}


def number(quantity: object) -> Decimal | None:
    """Return a quantity (`250m`, `64Mi`, `1e3`, 2) as a number, or None when it is none."""
    text = str(quantity).strip()
    for length in (2, 1):
        scale = _SUFFIXES.get(text[-length:])
        if scale is not None:
            text = text[:-length]
            break
    else:
        scale = Decimal(1)
    try:
        return Decimal(text) * scale
    except InvalidOperation:
        return None


def resources(declared: dict[str, object] | None) -> Resources:
    """Return requests or limits in cores and bytes."""
    declared = declared or {}
    cpu = number(declared["cpu"]) if "cpu" in declared else None
    memory = number(declared["memory"]) if "memory" in declared else None
    return Resources(
        cpu_cores=None if cpu is None else float(cpu),
        memory_bytes=None if memory is None else int(memory),
    )
