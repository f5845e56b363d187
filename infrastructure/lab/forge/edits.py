"""What developers change in the shop's repository: some of it does harm, most of it does not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from infrastructure.lab.forge.people import Person, team
from infrastructure.lab.forge.sources import FLAGS, LIBRARY, SERVICES, manifest_path, pricing_path
from infrastructure.lab.shop.pricing import BULK_DISCOUNTS
from infrastructure.lab.world import CALLS, Role, World

Change = Callable[[str], str]
Files = Mapping[str, Change]


class Recipe(StrEnum):
    """One change of the repository; what it does is told by its code alone."""

    MINOR_UNITS = "minor-units"
    SHIPPING = "shipping"
    NEW_CURRENCY = "new-currency"
    WRONG_ADDRESS = "wrong-address"
    SHORT_PATIENCE = "short-patience"
    FLAG_ON = "flag-on"
    EXPLAIN = "explain"
    LAST_NAME = "last-name"
    FEWER_REVISIONS = "fewer-revisions"
    COMMENT = "comment"


CODELESS: Final = frozenset({Recipe.FLAG_ON, Recipe.EXPLAIN})
"""What is not deployed: nothing that runs is different."""


@dataclass(frozen=True)
class Edit:
    """A change that somebody has merged: one commit a step, on a branch of their own."""

    author: Person
    title: str
    body: str
    steps: tuple[Files, ...]
    method: str = "squash"

    @property
    def slug(self) -> str:
        """Return the title as part of a branch's name."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")[:40]


def edit(recipe: Recipe, world: World, role: Role) -> Edit:
    """Return what a developer of this world does to a service."""
    return _EDITS[recipe](world, role)


def _author(world: World, role: Role, shift: int = 0) -> Person:
    """Return who works on a service: its owner, or somebody next to them."""
    people = team(world.seed)
    return people[(list(Role).index(role) + 1 + shift) % len(people)]


def _replaced(old: str, new: str) -> Change:
    """Return a change of one place of a text.

    The change raises ValueError when the text does not have the place.
    """

    def change(text: str) -> str:
        if old not in text:
            raise ValueError(f"nothing to change: {old!r} is not there")
        return text.replace(old, new, 1)

    return change


_ROUNDED: Final = "round(net * rates[currency], 2)}"


def _minor_units(world: World, role: Role) -> Edit:
    table = (
        "CURRENCIES = tuple(RATES)\n\n"
        'MINOR_UNITS: Mapping[str, int] = {"EUR": 2, "USD": 2, "GBP": 2}\n'
        '"""How many digits the smallest coin of each currency has."""\n'
    )
    path = pricing_path(world.services[role])
    rounded = _replaced(_ROUNDED, "round(net * rates[currency], MINOR_UNITS[currency])}")

    def change(text: str) -> str:
        return rounded(_replaced("CURRENCIES = tuple(RATES)\n", table)(text))

    body = "Totals were rounded to two digits whatever the currency.\n"
    title = f"{world.services[role]}: round totals to the smallest coin"
    return Edit(_author(world, role), title, body, ({path: change},))


def _shipping(world: World, role: Role) -> Edit:
    path = pricing_path(world.services[role])
    constant = _replaced(
        "CURRENCIES = tuple(RATES)\n", "CURRENCIES = tuple(RATES)\n\nSHIPPING = 4.9\n"
    )
    share = _replaced(
        "    if is_on(BULK_DISCOUNTS):\n",
        "    net += SHIPPING / (len(lines) - 1)\n    if is_on(BULK_DISCOUNTS):\n",
    )
    body = "The first line ships for nothing; the others share what it costs.\n"
    title = f"{world.services[role]}: share the cost of shipping among the lines"
    return Edit(_author(world, role), title, body, ({path: constant}, {path: share}), "merge")


def _new_currency(world: World, role: Role) -> Edit:
    path = pricing_path(world.services[role])
    change = _replaced("CURRENCIES = tuple(RATES)\n", 'CURRENCIES = (*RATES, "SEK")\n')
    title = f"{world.services[role]}: sell in Sweden"
    return Edit(_author(world, role), title, "", ({path: change},), "merge")


def _wrong_address(world: World, role: Role) -> Edit:
    peer = world.services[CALLS[role][0]]
    change = _replaced(f"value: {peer}:", f"value: {peer}-v2:")
    title = f"{world.services[role]}: call the new {peer}"
    body = f"{peer}-v2 answers in half the time.\n"
    return Edit(_author(world, role), title, body, ({manifest_path(world, role): change},))


def _short_patience(world: World, role: Role) -> Edit:
    change = _replaced(
        "        - name: METRICS_PORT\n",
        "        - name: CALL_TIMEOUT_SECONDS\n          value: '0.001'\n"
        "        - name: METRICS_PORT\n",
    )
    title = f"{world.services[role]}: give up on slow calls after one millisecond"
    body = "So that nobody waits for a service that hangs.\n"
    return Edit(_author(world, role), title, body, ({manifest_path(world, role): change},))


def _flag_on(world: World, role: Role) -> Edit:
    name = world.services[role]
    change = _replaced(
        f"{name}:\n  {BULK_DISCOUNTS}: false\n", f"{name}:\n  {BULK_DISCOUNTS}: true\n"
    )
    title = f"{name}: switch {BULK_DISCOUNTS} on"
    return Edit(_author(world, role, 2), title, "As agreed with sales.\n", ({FLAGS: change},))


def _explain(world: World, role: Role) -> Edit:
    def change(text: str) -> str:
        return (
            text + f"\n## {world.services[role]}\n\nAsk its owner before you change its prices.\n"
        )

    title = f"Say whom to ask about {world.services[role]}"
    return Edit(_author(world, role, 3), title, "", ({"README.md": change},))


def _last_name(world: World, role: Role) -> Edit:
    """Change code for nothing: it is built and rolled out, and does what it did."""
    path = f"{SERVICES}/{world.services[role]}/orders.py"

    def change(text: str) -> str:
        return _replaced("self._flags = flags", "self._switches = flags")(text).replace(
            "self._flags.is_on", "self._switches.is_on"
        )

    title = f"{world.services[role]}: call switches what they are"
    return Edit(_author(world, role, 1), title, "", ({path: change},))


def _fewer_revisions(world: World, role: Role) -> Edit:
    change = _replaced("revisionHistoryLimit: 10\n", "revisionHistoryLimit: 8\n")
    title = f"{world.services[role]}: keep eight old revisions"
    return Edit(_author(world, role, 2), title, "", ({manifest_path(world, role): change},))


def _comment(world: World, role: Role) -> Edit:
    path = f"{LIBRARY}/wire.py"
    change = _replaced("IDLE_TIMEOUT_S = 15.0\n", "IDLE_TIMEOUT_S = 15.0  # of a connection\n")
    return Edit(_author(world, role, 1), "Say what is idle", "", ({path: change},))


_EDITS: Final[Mapping[Recipe, Callable[[World, Role], Edit]]] = {
    Recipe.MINOR_UNITS: _minor_units,
    Recipe.SHIPPING: _shipping,
    Recipe.NEW_CURRENCY: _new_currency,
    Recipe.WRONG_ADDRESS: _wrong_address,
    Recipe.SHORT_PATIENCE: _short_patience,
    Recipe.FLAG_ON: _flag_on,
    Recipe.EXPLAIN: _explain,
    Recipe.LAST_NAME: _last_name,
    Recipe.FEWER_REVISIONS: _fewer_revisions,
    Recipe.COMMENT: _comment,
}
