"""The flags of the services, as main has them: asked for by every pod, without a token."""

from typing import Any

import yaml
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infrastructure.lab.forge import objects
from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.sources import FLAGS


class Flags:
    """Reads the file of flags anew when something was pushed."""

    def __init__(self, forge: Forge) -> None:
        """Take the forge that has it."""
        self._forge = forge
        self._known: dict[str, Any] = {}
        self._is_stale = True
        forge.listeners.append(self._hear)

    def of(self, service: str) -> dict[str, bool]:
        """Return the flags of a service; none of one that the file does not name."""
        if self._is_stale:
            self._is_stale = False
            self._known = self._read()
        found = self._known.get(service)
        return found if isinstance(found, dict) else {}

    def _hear(self, event: str, _payload: dict[str, Any]) -> None:
        self._is_stale = self._is_stale or event == "push"

    def _read(self) -> dict[str, Any]:
        """Return what the file says; what it said before where it cannot be read."""
        git = self._forge.git
        entry = objects.at(git, self._forge.head, FLAGS)
        try:
            told = yaml.safe_load(objects.content(git, entry.sha)) if entry else {}
        except yaml.YAMLError:
            return self._known
        return told if isinstance(told, dict) else self._known


def route(forge: Forge) -> Route:
    """Return where flags are asked for: `/flags/SERVICE`."""
    flags = Flags(forge)

    async def tell(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(flags.of, request.path_params["service"]))

    return Route("/flags/{service}", tell)
