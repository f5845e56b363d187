"""Find free ports and a loopback network that no other lab uses."""

import random
import socket
from collections.abc import Iterator

FIRST_NETWORK, LAST_NETWORK = 16, 250

PORTS = range(20_000, 30_000)
"""Below those that the system gives to outgoing connections, so that none takes ours."""

CLAIM_PORT = 19_999
"""Bound, never listened on, at the last address of a lab's network: the claim to all of it."""


class NoPortError(Exception):
    """Every port is taken."""


class NoNetworkError(Exception):
    """Every loopback network is claimed by some lab."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NoPortError("no port of 127.0.0.1 is free")


def claim_network() -> tuple[str, socket.socket]:
    """Claim a 127.x network of this machine for as long as the socket stays open.

    Returns:
        the network (`127.20.0.0/16`) and the socket that holds the claim.

    Raises:
        NoNetworkError: when all are taken.
    """
    for octet in _octets():
        claim = socket.socket()
        try:
            claim.bind((f"127.{octet}.255.254", CLAIM_PORT))
        except OSError:
            claim.close()
            continue
        return f"127.{octet}.0.0/16", claim
    raise NoNetworkError("no loopback network is free: too many labs on this machine")


def _octets() -> Iterator[int]:
    octets = list(range(FIRST_NETWORK, LAST_NETWORK + 1))
    random.shuffle(octets)
    return iter(octets)
