"""Which hosts no server of a cluster is at, though they would answer: those that hand out credentials."""

import socket
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data"})
_RANGES = (
    IPv4Network("169.254.0.0/16"),  # link-local: the metadata of most clouds
    IPv4Network("100.100.100.200/32"),  # that of Alibaba Cloud
    IPv6Network("fe80::/10"),
    IPv6Network("fd00:ec2::254/128"),  # that of AWS
)
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052): its last four bytes are the address."""


def is_credential_service(host: str) -> bool:
    """Return whether a host is where clouds hand out a machine's credentials, however it is spelled.

    Private and loopback addresses are no reason: clusters and their servers have such.
    """
    spelled = unicodedata.normalize("NFKC", host).replace("\N{IDEOGRAPHIC FULL STOP}", ".")
    name = spelled.lower().rstrip(".")
    address = _address(name)
    if address is None:
        return name in _NAMES
    return any(address in network for network in _RANGES if network.version == address.version)


def _address(name: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, as resolvers read it: also as one number, octal or hex."""
    try:
        found = ip_address(name.partition("%")[0])
    except ValueError:
        try:
            return IPv4Address(socket.inet_aton(name))
        except (OSError, ValueError):
            return None
    if isinstance(found, IPv4Address):
        return found
    if found in _TRANSLATED:
        return IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or found
