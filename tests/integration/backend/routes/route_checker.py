"""Finds what is wrong with the guards of an application: every route of its own table is tried."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from house import House
from one_socket import close_code
from route_cases import Case

from backend.actors import Role
from backend.api.auth import CSRF_HEADER, SESSION_COOKIE

NOT_SIGNED_IN, NOT_FOUND = 4401, 4404

_STRANGERS: Mapping[str, dict[str, str]] = {
    "nobody": {},
    "a wrong token": {"Authorization": "Bearer guess"},
    "a wrong token of ours": {"Authorization": f"Bearer sre_{'x' * 43}"},
    "another scheme": {"Authorization": "Basic YTpi"},
    "a wrong session": {"Cookie": f"{SESSION_COOKIE}=guess"},
}

Look = Callable[[Case, House], AsyncIterator[str]]


class Checker:
    """Tries an application's routes on behalf of everyone who must not get through."""

    def __init__(self, app: FastAPI, cases: tuple[Case, ...], known: frozenset[Any]) -> None:
        self._app = app
        self._cases = {case.key: case for case in cases}
        self._known = known
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://test")

    def unlisted(self) -> list[str]:
        """Return routes without a case, and cases without a route."""
        routes = set(routes_of(self._app))
        missing = routes - set(self._cases) - self._known
        return [f"no case for {key}" for key in sorted(missing)] + [
            f"no route for {key}" for key in sorted(set(self._cases) - routes)
        ]

    async def open_doors(self, house: House) -> list[str]:
        """Return who got further than they may: strangers, low roles, forged requests."""
        return await self._find(self._strangers, self._low_roles, self._forgeries, house=house)

    async def leaks(self, caller: House, other: House) -> list[str]:
        """Return routes where a caller reaches or sees what belongs to another organization."""

        def look(case: Case, house: House) -> AsyncIterator[str]:
            return self._look_across(case, house, other)

        return await self._find(look, house=caller)

    async def _find(self, *looks: Look, house: House) -> list[str]:
        guarded = [case for case in self._cases.values() if case.role is not None]
        return [
            f"{case.method} {case.path}: {said}"
            for case in guarded
            for look in looks
            async for said in look(case, house)
        ]

    async def _strangers(self, case: Case, house: House) -> AsyncIterator[str]:
        for who, headers in _STRANGERS.items():
            status = await self._status(case, house, headers)
            if status not in {401, NOT_SIGNED_IN}:
                yield f"{who} is answered {status}"

    async def _low_roles(self, case: Case, house: House) -> AsyncIterator[str]:
        below = [role for role in Role if case.role is not None and not role.includes(case.role)]
        for role in below:
            for how, headers in (
                ("token", _token(house, role)),
                ("session", _session(house, role)),
            ):
                status = await self._status(case, house, headers)
                if status != 403:
                    yield f"a {role} by {how} is answered {status}"

    async def _forgeries(self, case: Case, house: House) -> AsyncIterator[str]:
        if not case.is_unsafe:
            return
        cookie = {"Cookie": _session(house, Role.ADMIN)["Cookie"]}
        for headers in (cookie, {**cookie, CSRF_HEADER: "guess"}):
            status = await self._status(case, house, headers)
            if status != 403:
                yield f"a session without its CSRF token is answered {status}"

    async def _look_across(self, case: Case, caller: House, other: House) -> AsyncIterator[str]:
        headers = _token(caller, Role.ADMIN)
        if case.ids:
            status = await self._status(case, other, headers)
            if status not in {404, NOT_FOUND}:
                yield f"what is another's is answered {status}"
        if case.method == "GET":
            async for said in self._read(case, caller, other, headers):
                yield said
        if case.is_unsafe and not case.ids:
            # What someone does to their own is theirs to do; the test looks what became of others'.
            await self._status(case, caller, headers)
        for name, template in case.foreign_body.items():
            body = {**(caller.fill_in(case.body) or {}), name: other.fill(template)}
            answer = await self._client.request(
                case.method, caller.fill(case.path), json=body, headers=headers
            )
            if answer.status_code != 404:
                yield f"another's {name} in the body is answered {answer.status_code}"

    async def _read(
        self, case: Case, caller: House, other: House, headers: dict[str, str]
    ) -> AsyncIterator[str]:
        path = caller.fill(case.path)
        answer = await self._client.get(path, headers=headers)
        if answer.status_code >= 500 and answer.status_code != 503:
            yield f"crashes with {answer.status_code}"
        if _mentions(answer.text, other):
            yield "shows what is another's"
        if case.shows and not (answer.status_code == 200 and caller.mark in answer.text):
            yield "does not show what is the caller's own, so that nothing is proved"
        for template in case.foreign:
            answer = await self._client.get(path + other.fill(template), headers=headers)
            said = answer.text.replace(other.fill(template.partition("=")[2]), "")
            is_empty = answer.status_code == 200 and not _mentions(said, other)
            if answer.status_code != 404 and not (is_empty and caller.mark not in said):
                yield f"another's {template} is answered {answer.status_code}"

    async def _status(self, case: Case, house: House, headers: dict[str, str]) -> int:
        path = house.fill(case.path)
        if case.method == "WEBSOCKET":
            return await close_code(self._app, path, {**headers, "Origin": "http://test"})
        body = house.fill_in(case.body)
        answer = await self._client.request(case.method, path, json=body, headers=headers)
        return answer.status_code


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield every route an application has, whichever sort it is of."""
    for route in iter_route_contexts(app.routes):
        for method in route.methods or {"WEBSOCKET"}:
            yield method, (route.path_format or route.path or "").replace(":path}", "}")


def _mentions(text: str, house: House) -> bool:
    return house.mark in text or any(id_ in text for id_ in house.ids.values())


def _token(house: House, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {house.tokens[role]}"}


def _session(house: House, role: Role) -> dict[str, str]:
    opened = house.sessions[role]
    return {"Cookie": f"{SESSION_COOKIE}={opened.token}", CSRF_HEADER: opened.session.csrf_token}
