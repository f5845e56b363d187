"""The log subresource of pods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from infrastructure.lab.cluster import clock, errors
from infrastructure.lab.cluster.calls import Call
from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.store import NotFound, Store
from infrastructure.lab.node import log_following, logs

Object = dict[str, Any]

_OPTIONS = Kind("", "v1", "PodLogOptions", "podlogoptions")


async def answer(store: Store, state_dir: Path, call: Call) -> bytes | AsyncIterator[bytes]:
    """Return the asked lines; with `follow`, a stream of them that ends with the container's run.

    Raises:
        NotFound: when there is no such pod.
        ApiError: 400 or 422 when container, run or options do not fit.
    """
    target = call.target
    pod = store.get(target.kind, target.namespace, target.name)
    container = _container(pod, call.query.get("container", ""))
    selection, previous = _selection(call), call.flag("previous")
    try:
        if call.flag("follow") and not previous:
            run = logs.run_of(pod, container)
            return log_following.follow(
                state_dir, pod, container, selection, is_over=_ended(store, pod, container, run)
            )
        return await asyncio.to_thread(
            logs.read, state_dir, pod, container, selection, previous=previous
        )
    except logs.NoLogsError as error:
        raise errors.bad_request(str(error)) from error


def _container(pod: Object, asked: str) -> str:
    name = pod["metadata"]["name"]
    own = [item["name"] for item in pod["spec"].get("containers") or ()]
    initial = [item["name"] for item in pod["spec"].get("initContainers") or ()]
    if asked:
        if asked not in [*own, *initial]:
            raise errors.bad_request(f"container {asked} is not valid for pod {name}")
        return asked
    if len(own) == 1 and not initial:
        return str(own[0])
    choice = f"choose one of: [{' '.join(own)}]"
    if initial:
        choice += f" or one of the init containers: [{' '.join(initial)}]"
    raise errors.bad_request(f"a container name must be specified for pod {name}, {choice}")


def _selection(call: Call) -> logs.Selection:
    since = None
    seconds = _count(call, "sinceSeconds", least=1)
    if seconds is not None:
        since = call.now - timedelta(seconds=seconds)
    if text := call.query.get("sinceTime"):
        if seconds is not None:
            detail = "at most one of `sinceTime` or `sinceSeconds` may be specified"
            raise _invalid(call, errors.forbidden_field("", detail))
        try:
            since = clock.parse(text)
        except ValueError as error:
            raise errors.bad_request(f"sinceTime: {error}") from error
    return logs.Selection(
        tail_lines=_count(call, "tailLines", least=0),
        since=since,
        limit_bytes=_count(call, "limitBytes", least=1),
        timestamps=call.flag("timestamps"),
    )


def _count(call: Call, name: str, *, least: int) -> int | None:
    text = call.query.get(name, "")
    if text.startswith("-") and text[1:].isdecimal():
        value = -int(text[1:16])
    else:
        number = call.number(name)
        if number is None:
            return None
        value = number
    if value < least:
        detail = f"must be greater than or equal to {least}"
        raise _invalid(call, errors.wrong(name, value, detail))
    return min(value, 2**31)


def _invalid(call: Call, cause: errors.Cause) -> errors.ApiError:
    return errors.invalid(_OPTIONS, call.target.name, [cause])


def _ended(store: Store, pod: Object, container: str, run: int) -> Callable[[], bool]:
    meta = pod["metadata"]
    kind = KINDS["Pod"]

    def is_over() -> bool:
        try:
            now = store.peek(kind, meta["namespace"], meta["name"])
        except NotFound:
            return True
        if now["metadata"]["uid"] != meta["uid"]:
            return True
        status = now.get("status") or {}
        for field in ("containerStatuses", "initContainerStatuses"):
            for item in status.get(field) or ():
                if item["name"] == container:
                    is_running = "running" in (item.get("state") or {})
                    return item.get("restartCount", 0) != run or not is_running
        return True

    return is_over
