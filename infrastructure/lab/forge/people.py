"""Who works on the shop: made-up people, drawn from a seed."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

_GIVEN_LIST = "Ada Bela Chidi Dagny Emeka Farah Goran Hana Ivo Jun Kaya Lino Mara Nils Oda Pia"
_FAMILY_LIST = "Abel Birk Castro Dahl Eno Falk Grau Holm Iten Juhl Kern Lund Moor Noor Ott Pohl"

_GIVEN = tuple(_GIVEN_LIST.split())
_FAMILY = tuple(_FAMILY_LIST.split())


@dataclass(frozen=True)
class Person:
    """One developer."""

    login: str
    name: str
    email: str

    @property
    def id(self) -> int:
        """Return the account's number, always the same for a login."""
        return account_id(self.login)


def account_id(login: str) -> int:
    """Return the number of an account, always the same for a login."""
    return 10_000 + zlib.crc32(login.encode()) % 90_000_000


def team(seed: int, size: int = 6) -> Sequence[Person]:
    """Return the developers of a seed, no two of one name."""
    people = []
    for number in range(size):
        given = _GIVEN[(5 * seed + number) % len(_GIVEN)]
        family = _FAMILY[(3 * seed + 7 * number) % len(_FAMILY)]
        login = f"{given}-{family}".lower()
        people.append(Person(login, f"{given} {family}", f"{given}.{family}@example.com".lower()))
    return people
