"""The push endpoint: entries that programs send themselves, as JSON."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from infrastructure.lab.logs.http.errors import BadRequestError
from infrastructure.lab.logs.levels import level_of
from infrastructure.lab.logs.logql.durations import NS_PER_S
from infrastructure.lab.logs.logql.strings import write_labels
from infrastructure.lab.logs.store import Store

OLDEST_NS: Final = 7 * 86_400 * NS_PER_S
UNKNOWN_SERVICE: Final = "unknown_service"
_NANOSECONDS = re.compile(r"\d{1,19}")
# How much of a body an error message shows on either side of the fault.
_CONTEXT = 10


def push(store: Store, body: bytes) -> None:
    """Keep what a body holds, up to the first entry that cannot be kept.

    Raises:
        BadRequestError: the body is not what Loki takes, or an entry is too old.
    """
    text = body.decode(errors="replace")
    try:
        document = json.loads(text)
    except ValueError as err:
        raise BadRequestError(_not_json(text)) from err
    streams = document.get("streams") if isinstance(document, dict) else None
    if not isinstance(streams, list):
        raise BadRequestError(_not_json(text) if not isinstance(document, dict) else _no("streams"))
    for stream in streams:
        _push_stream(store, stream)


def _no(what: str) -> str:
    return f"ReadArray: expect [ or , or ] or n in {what}\n"


def _not_json(text: str) -> str:
    start = text.lstrip()[:_CONTEXT]
    found = start[:1] or "\0"
    return (
        f"readObjectStart: expect {{ or n, but found {found}, error found in #1 byte of "
        f"...|{start}|..., bigger context ...|{start}|...\n"
    )


def _texts(found: Any) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise BadRequestError("labels must be an object of texts\n")
    return {name: value for name, value in found.items() if value}


def _push_stream(store: Store, stream: Any) -> None:
    if not isinstance(stream, dict) or not isinstance(stream.get("values"), list):
        raise BadRequestError(_no("values"))
    labels = {"service_name": UNKNOWN_SERVICE, **_texts(stream.get("stream", {}))}
    key = tuple(sorted(labels.items()))
    for value in stream["values"]:
        time_ns, line, metadata = _entry(value)
        _check_age(store.now(), time_ns, labels)
        metadata.setdefault("detected_level", level_of(line, {**labels, **metadata}))
        store.add(key, time_ns, line, tuple(sorted(metadata.items())))


def _entry(value: Any) -> tuple[int, str, dict[str, str]]:
    match value:
        case [str(at), str(line)] if _NANOSECONDS.fullmatch(at):
            return int(at), line, {}
        case [str(at), str(line), metadata] if _NANOSECONDS.fullmatch(at):
            return int(at), line, _texts(metadata)
        case _:
            raise BadRequestError("an entry must be [nanoseconds as text, line, metadata]\n")


def _rfc3339(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns // NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check_age(now_ns: int, time_ns: int, labels: dict[str, str]) -> None:
    if time_ns < now_ns - OLDEST_NS:
        raise BadRequestError(
            f"entry for stream '{write_labels(labels)}' has timestamp too old: "
            f"{_rfc3339(time_ns)}, oldest acceptable timestamp is: "
            f"{_rfc3339(now_ns - OLDEST_NS)}\n"
        )
