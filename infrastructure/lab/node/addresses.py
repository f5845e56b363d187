"""The addresses of pods: each has one of its own on the loopback network."""

from __future__ import annotations

from ipaddress import IPv4Network

_POD_BLOCKS = range(1, 240)
"""Third octets that pods get; services have those above."""


class AddressesExhaustedError(Exception):
    """Every pod address is in use."""


class PodAddresses:
    """Gives out addresses in turn, so that one just given back is not soon seen again."""

    def __init__(self, network: IPv4Network) -> None:
        self._first = int(network.network_address)
        self._size = len(_POD_BLOCKS) * 254
        self._next = 0
        self._used: set[str] = set()

    def take(self) -> str:
        """Return a free address.

        Raises:
            AddressesExhaustedError: when there is none.
        """
        for _ in range(self._size):
            address = self._address(self._next)
            self._next = (self._next + 1) % self._size
            if address not in self._used:
                self._used.add(address)
                return address
        raise AddressesExhaustedError

    def give_back(self, address: str) -> None:
        """Make an address free again."""
        self._used.discard(address)

    def _address(self, index: int) -> str:
        block, host = divmod(index, 254)
        octets = (self._first + (_POD_BLOCKS[block] << 8) + host + 1).to_bytes(4, "big")
        return ".".join(map(str, octets))
