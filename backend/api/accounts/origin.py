"""Where a request really came from: proxies are believed only when the settings name them."""

import ipaddress
from collections.abc import Collection

from starlette.requests import HTTPConnection

from backend.settings.api import Network

_UNKNOWN = "unknown"


def address_of(connection: HTTPConnection, trusted: Collection[Network]) -> str:
    """Return the address that asked: the last one that no trusted proxy answers for."""
    peer = connection.client.host if connection.client else _UNKNOWN
    if not _is_trusted(peer, trusted):
        return peer
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for"))
    for said in reversed([_bare(part.strip()) for part in forwarded.split(",") if part.strip()]):
        if _parse(said) is None:
            # The trusted proxy before it vouches for what it appended, and this is no address.
            return peer
        peer = said
        if not _is_trusted(peer, trusted):
            break
    return peer


def is_https(connection: HTTPConnection, trusted: Collection[Network]) -> bool:
    """Return whether the browser came by https, to us or to a trusted proxy."""
    if connection.url.scheme in {"https", "wss"}:
        return True
    peer = connection.client.host if connection.client else _UNKNOWN
    said = connection.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    return said == "https" and _is_trusted(peer, trusted)


def _is_trusted(address: str, trusted: Collection[Network]) -> bool:
    parsed = _parse(address)
    if parsed is None:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in trusted)


def _bare(said: str) -> str:
    """Return an address without the brackets and the port that some proxies write."""
    if said.startswith("["):
        return said[1:].partition("]")[0]
    return said.partition(":")[0] if said.count(":") == 1 else said


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
