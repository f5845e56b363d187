"""As much of Prometheus as a snapshot asks: one service that serves, and counts who asks."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from quick_server import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mcp_servers.common.skin import build_app
from mcp_servers.prometheus import server
from mcp_servers.prometheus.settings import PrometheusSettings

READ_TOKEN = "p" * 24


@dataclass
class FakePrometheus:
    """What it was asked; `fails` makes it answer nothing of use."""

    ranges: list[str] = field(default_factory=list)
    fails: bool = False
    service: str = "till"

    @property
    def _labels(self) -> dict[str, str]:
        return {"namespace": "store", "service": self.service}

    async def instant(self, request: Request) -> JSONResponse:
        asked = str((await request.form())["query"])
        if self.fails:
            return JSONResponse({"status": "error", "errorType": "unavailable"}, 503)
        if "__name__" not in asked or "found_via" in asked:
            return _success("vector", [])
        labels = {**self._labels, "__name__": "http_requests_total", "code": "200"}
        return _success("vector", [{"metric": labels, "value": [time.time(), "7"]}])

    async def alerts(self, _request: Request) -> JSONResponse:
        return JSONResponse({"status": "success", "data": {"alerts": []}})

    async def range(self, request: Request) -> JSONResponse:
        form = await request.form()
        asked = str(form["query"])
        self.ranges.append(asked)
        if "http_requests_total" not in asked:
            return _success("matrix", [])
        start, end, step = (float(str(form[name])) for name in ("start", "end", "step"))
        count = round((end - start) / step) + 1
        value = "0" if "5.." in asked else "4"
        values = [[start + index * step, value] for index in range(count)]
        return _success("matrix", [{"metric": self._labels, "values": values}])


def _success(kind: str, result: list[Any]) -> JSONResponse:
    return JSONResponse({"status": "success", "data": {"resultType": kind, "result": result}})


@asynccontextmanager
async def watched(fake: FakePrometheus) -> AsyncIterator[str]:
    """Serve the MCP server of Prometheus over it, and yield its address."""
    routes = [
        Route("/api/v1/alerts", fake.alerts, methods=["GET"]),
        Route("/api/v1/query", fake.instant, methods=["POST"]),
        Route("/api/v1/query_range", fake.range, methods=["POST"]),
    ]
    async with serving(Starlette(routes=routes)) as url:
        program = server.build(
            PrometheusSettings(mcp_port=0, mcp_read_token=SecretStr(READ_TOKEN), prometheus_url=url)
        )
        async with serving(build_app(program, host="127.0.0.1")) as hands:
            yield f"{hands}/mcp"
