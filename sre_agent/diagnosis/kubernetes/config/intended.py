"""Which Service a variable means by its own name, and which one its value is a misspelling of."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

_ALIKE = 0.8
"""Of 1: two letters swapped in a short name stay above it."""
_ENDINGS = re.compile(
    r"(?:_?(?:ADDR|ADDRESS|HOST|HOSTNAME|URL|URI|ENDPOINT|SERVER|PORT|BASE|GRPC|HTTP)S?)+$"
)
_SERVICE = re.compile(r"(?:service|svc)$")


def named_by(variable: str, services: Iterable[str]) -> str | None:
    """Return the Service that a variable is called after: CART_SERVICE_ADDR after `cart-service`."""
    wanted = _bare(_ENDINGS.sub("", variable.upper()))
    found = [name for name in sorted(services) if wanted and _bare(name) == wanted]
    return found[0] if len(found) == 1 else None


def meant_by(host: str, services: Iterable[str]) -> str | None:
    """Return the Service that a host is a misspelling of.

    A name that is another and more is none: `ledger-db` is not meant for `ledger`.
    """
    for name in get_close_matches(host, sorted(services), n=3, cutoff=_ALIKE):
        if not name.startswith(host) and not host.startswith(name):
            return name
    return None


def _bare(name: str) -> str:
    return _SERVICE.sub("", re.sub(r"[^a-z0-9]", "", name.lower()))
