"""Asks a container how it is: httpGet, tcpSocket and exec probes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from infrastructure.lab.node.processes import Command, LaunchError, ProcessShim

Object = dict[str, Any]

EXEC_OUTPUT_BYTES = 10 * 1024
_STATUS_LINE_BYTES = 4096


@dataclass(frozen=True)
class Answer:
    """Whether a probe succeeded, and what the kubelet says when it did not."""

    is_ok: bool
    message: str = ""


@dataclass(frozen=True)
class Target:
    """How to reach the probed container."""

    container: Object
    pod_ip: str
    command: Command
    """The container's own command: an exec probe runs in the same surroundings."""
    shim: ProcessShim


async def ask(probe: Object, target: Target) -> Answer:
    """Ask once, within the probe's timeoutSeconds."""
    if "httpGet" in probe:
        return await _http(probe, target)
    if "tcpSocket" in probe:
        return await _tcp(probe, target)
    if "exec" in probe:
        return await _exec(probe, target)
    return Answer(is_ok=False, message="the lab has no probe but httpGet, tcpSocket and exec")


def port_number(port: int | str, container: Object) -> int:
    """Return a probe's port; names are looked up among the container's ports.

    Raises:
        LookupError: when there is no port of that name.
    """
    if isinstance(port, int) or str(port).isdecimal():
        return int(port)
    for each in container.get("ports") or ():
        if each.get("name") == port:
            return int(each["containerPort"])
    raise LookupError(f"couldn't find port {port!r}")


async def _http(probe: Object, target: Target) -> Answer:
    get = probe["httpGet"]
    host = get.get("host") or target.pod_ip
    try:
        port = port_number(get["port"], target.container)
    except LookupError as error:
        return Answer(is_ok=False, message=str(error))
    scheme, path = get.get("scheme", "HTTP"), "/" + str(get.get("path", "/")).lstrip("/")
    headers = {each["name"]: each["value"] for each in get.get("httpHeaders") or ()}
    request = _request(path, {"Host": f"{host}:{port}", **headers})
    url = f"{scheme.lower()}://{host}:{port}{path}"

    async def exchange() -> Answer:
        line = await _first_line(host, port, request, is_tls=scheme == "HTTPS")
        return _judge_status(line)

    answer = await _in_time(probe, f"{host}:{port}", exchange)
    if answer.message.startswith(("dial", "EOF", "read")):
        return Answer(is_ok=False, message=f'Get "{url}": {answer.message}')
    if answer.message == _TIMEOUT:
        detail = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        return Answer(is_ok=False, message=f'Get "{url}": {detail}')
    return answer


_TIMEOUT = "timeout"


async def _in_time(
    probe: Object, address: str, exchange: Callable[[], Coroutine[Any, Any, Answer]]
) -> Answer:
    try:
        async with asyncio.timeout(probe.get("timeoutSeconds", 1)):
            return await exchange()
    except TimeoutError:
        return Answer(is_ok=False, message=_TIMEOUT)
    except ConnectionRefusedError:
        return Answer(is_ok=False, message=f"dial tcp {address}: connect: connection refused")
    except (ConnectionResetError, BrokenPipeError):
        return Answer(is_ok=False, message=f"read tcp {address}: read: connection reset by peer")
    except OSError as error:
        return Answer(is_ok=False, message=f"dial tcp {address}: {error.strerror or error}")


def _request(path: str, headers: dict[str, str]) -> bytes:
    defaults = {"User-Agent": "kube-probe/1.36", "Accept": "*/*", "Connection": "close"}
    lines = [f"{name}: {value}" for name, value in (defaults | headers).items()]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


async def _first_line(host: str, port: int, request: bytes, *, is_tls: bool) -> bytes:
    reader, writer = await asyncio.open_connection(
        host, port, ssl=_unverified() if is_tls else None, limit=_STATUS_LINE_BYTES
    )
    try:
        writer.write(request)
        return await reader.readline()
    finally:
        writer.transport.abort()  # the answer's first line is all we want; do not linger


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _judge_status(line: bytes) -> Answer:
    words = line.split()
    if not words:
        return Answer(is_ok=False, message="EOF")
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        return Answer(is_ok=False, message="malformed HTTP response")
    code = int(words[1])
    if 200 <= code < 400:
        return Answer(is_ok=True)
    return Answer(is_ok=False, message=f"HTTP probe failed with statuscode: {code}")


async def _tcp(probe: Object, target: Target) -> Answer:
    host = probe["tcpSocket"].get("host") or target.pod_ip
    try:
        port = port_number(probe["tcpSocket"]["port"], target.container)
    except LookupError as error:
        return Answer(is_ok=False, message=str(error))

    async def exchange() -> Answer:
        _, writer = await asyncio.open_connection(host, port)
        writer.transport.abort()
        return Answer(is_ok=True)

    answer = await _in_time(probe, f"{host}:{port}", exchange)
    if answer.message == _TIMEOUT:
        return Answer(is_ok=False, message=f"dial tcp {host}:{port}: i/o timeout")
    return answer


async def _exec(probe: Object, target: Target) -> Answer:
    argv = probe["exec"]["command"]
    timeout_s = probe.get("timeoutSeconds", 1)
    command = Command(argv, target.command.env, target.command.cwd, target.command.marks)
    read_fd, write_fd = os.pipe()
    os.set_blocking(read_fd, False)
    try:
        process = await target.shim.start_process(command, write_fd, write_fd)
    except LaunchError as error:
        os.close(read_fd)
        return Answer(is_ok=False, message=f'exec: "{argv[0]}": {error}')
    finally:
        os.close(write_fd)
    try:
        async with asyncio.timeout(timeout_s):
            end = await process.wait()
        return Answer(is_ok=end.code == 0, message=_output(read_fd) if end.code else "")
    except TimeoutError:
        message = f'command timed out: "{" ".join(argv)}" timed out after {timeout_s}s'
        return Answer(is_ok=False, message=message)
    finally:
        os.close(read_fd)
        await process.terminate(0)


def _output(read_fd: int) -> str:
    with contextlib.suppress(BlockingIOError):
        return os.read(read_fd, EXEC_OUTPUT_BYTES).decode(errors="replace")
    return ""
