"""Sends the ids of another organization to every operation, in every place that takes a text.

What is another's has to look like what is nobody's: an answer that differs tells at least that it
is there.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import httpx
from attack_corpus import ALL
from house import House
from operations import Operation, Place, Request

from backend.actors import Role

NewCaller = Callable[[], Awaitable[House]]

_HIDDEN = {403, 404}
_UNSERVED = {409, 503}
"""What is told, whatever is asked for, where the organization has no server to ask."""


@dataclass
class Trespasser:
    """Administrators of other organizations, who know every id of this one."""

    client: httpx.AsyncClient
    other: House
    new_caller: NewCaller
    faults: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    sent: int = 0

    async def try_all(self, operations: Iterable[Operation]) -> None:
        """Try each operation as somebody whose own things are as they were in the beginning."""
        reader = await self.new_caller()
        for operation in operations:
            if operation.places:
                caller = reader if operation.method == "GET" else await self.new_caller()
                for place in operation.places:
                    await self._try(operation, caller, place)

    async def _try(self, operation: Operation, caller: House, place: Place) -> None:
        for name in self._wanted(place):
            if name in self.other.ids:
                await self._compare(operation, caller, place, self.other.ids[name])
            else:
                self._blame(operation, place, "is not an id that any organization has here")

    def _wanted(self, place: Place) -> list[str]:
        """Return which ids go there: into a query or a field all, or those of what it asks for."""
        if place.where == "path":
            return [place.name]
        names = sorted(self.other.ids)
        if ALL:
            return names
        asked = ".".join(map(str, place.steps))
        kin = [name for name in names if any(part in asked for part in _kinds(name))]
        return kin or names[:1]

    async def _compare(
        self, operation: Operation, caller: House, place: Place, theirs: str
    ) -> None:
        """Ask for what is nobody's and then for what is theirs: a refusal has to be the same."""
        nobodys = self._nobodys(theirs)
        expected, said = await self._send(operation.request(caller, place, nobodys), caller)
        status, told = await self._send(operation.request(caller, place, theirs), caller)
        bare = told.replace(theirs, "")
        if _mentions(bare, self.other):
            self._blame(operation, place, f"with {theirs} shows {bare[:200]}")
        if place.where == "path" and status not in _HIDDEN | _UNSERVED:
            self._blame(operation, place, f"with {theirs} is answered {status}")
        if expected >= 300 and (expected, said.replace(nobodys, "")) != (status, bare):
            self._blame(operation, place, f"with {theirs} differs: {status} {bare[:200]}")
        if place.where == "path" and status in _HIDDEN:
            self.refused.add(f"{operation.method} {operation.path}")

    async def _send(self, request: Request, caller: House) -> tuple[int, str]:
        self.sent += 1
        answer = await self.client.request(
            request.method,
            request.path,
            params=request.query,
            json=request.body,
            headers={"Authorization": f"Bearer {caller.tokens[Role.ADMIN]}"},
        )
        return answer.status_code, answer.text

    def _nobodys(self, theirs: str) -> str:
        """Return an id of the same form that nothing has."""
        if self.other.mark in theirs:
            return theirs.replace(self.other.mark, "x" * len(self.other.mark))
        kind, dash, number = theirs.partition("-")
        return kind + dash + "0" * len(number)

    def _blame(self, operation: Operation, place: Place, said: str) -> None:
        steps = ".".join(map(str, place.steps))
        self.faults.append(f"{operation.method} {operation.path}: {place.where} {steps} {said}")


def _kinds(name: str) -> set[str]:
    return set(name.split("_")) - {"id"}


def _mentions(text: str, house: House) -> bool:
    return house.mark in text or any(id_ in text for id_ in house.ids.values())
