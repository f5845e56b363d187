"""The addresses of pods: each has one of its own on the loopback network."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

_POD_BLOCKS = range(1, 240)
"""Third octets that pods get; services have those above."""


class AddressesExhaustedError(Exception):
    """Every pod address is in use."""


@dataclass(frozen=True)
class Share:
    """One node's part of the addresses: the `part`-th (from 0) of so many equal ones."""

    part: int
    of: int


ALL_OF_THEM = Share(part=0, of=1)


class PodAddresses:
    """Gives out addresses in turn, so that one just given back is not soon seen again."""

    def __init__(self, network: IPv4Network, share: Share = ALL_OF_THEM) -> None:
        self._first = int(network.network_address)
        size = len(_POD_BLOCKS) // share.of
        self._blocks = _POD_BLOCKS[share.part * size : (share.part + 1) * size]
        self._size = size * 254
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
        octets = (self._first + (self._blocks[block] << 8) + host + 1).to_bytes(4, "big")
        return ".".join(map(str, octets))
