"""Cluster addresses of Services, taken from the upper part of the lab's network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

_SERVICE_PREFIX = 20
"""The last /20 of the network is for services; everything below is for pods."""


class AddressesExhaustedError(Exception):
    """Every service address is in use."""


@dataclass(frozen=True)
class ServiceAddresses:
    """The addresses that services may have."""

    network: IPv4Network

    @classmethod
    def within(cls, network: IPv4Network) -> ServiceAddresses:
        """Return the service part of the lab's network (a /16, such as 127.20.0.0/16)."""
        return cls(list(network.subnets(new_prefix=_SERVICE_PREFIX))[-1])

    def __contains__(self, address: str) -> bool:
        try:
            return IPv4Address(address) in self.network
        except ValueError:
            return False

    def free(self, used: Iterable[str]) -> str:
        """Return the lowest free address.

        Raises:
            AddressesExhaustedError: when none is left.
        """
        taken = set(used)
        for address in self.network.hosts():
            if str(address) not in taken:
                return str(address)
        raise AddressesExhaustedError(str(self.network))
