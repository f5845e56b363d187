"""Tell others of what happens, with a signature by which they know who says it."""

import hashlib
import hmac
import json
import queue
import threading
import time
import uuid
from typing import Any, Final

import httpx
import structlog

from infrastructure.lab.forge.forge import Forge, Payload
from infrastructure.lab.forge.store import Document

log = structlog.get_logger()

KIND: Final = "hook"
EVENTS: Final = ("push", "pull_request", "deployment", "deployment_status", "workflow_run")
PING: Final = "ping"
TIMEOUT_S: Final = 10.0
"""GitHub waits as long, and tries once."""


def add(forge: Forge, url: str, secret: str, events: list[str]) -> Document:
    """Keep a webhook, and tell it that it is one."""
    facts = {"url": url, "secret": secret, "events": events, "is_active": True}
    kept = forge.store.add(KIND, {**facts, "at_s": time.time(), "last": None})
    forge.tell(PING, {"hook_id": kept["number"], "zen": "Keep it logically awesome."})
    return kept


def ensure(forge: Forge, url: str, secret: str) -> None:
    """Have a webhook of all events, once however often the forge is started."""
    for known in forge.store.newest(KIND):
        if known["url"] == url:
            forge.store.change(KIND, known["number"], secret=secret)
            return
    add(forge, url, secret, list(EVENTS))


def signature(secret: str, body: bytes) -> str:
    """Return what stands in `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Deliveries:
    """Delivers what webhooks are to hear of, in order, beside the answering of requests."""

    def __init__(self, forge: Forge) -> None:
        """Take the forge."""
        self._forge = forge
        self._waiting: queue.SimpleQueue[tuple[str, Payload] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)

    def start(self) -> None:
        """Deliver from now on."""
        self._forge.listeners.append(self._hear)
        self._thread.start()

    def stop(self) -> None:
        """End when what waits is delivered."""
        self._waiting.put(None)
        self._thread.join(TIMEOUT_S)

    def _hear(self, event: str, payload: Payload) -> None:
        if event in (*EVENTS, PING):
            self._waiting.put((event, payload))

    def _work(self) -> None:
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
            while (told := self._waiting.get()) is not None:
                event, payload = told
                for hook in self._forge.store.newest(KIND, is_active=True):
                    if _concerns(hook, event, payload):
                        self._deliver(client, hook, event, payload)

    def _deliver(self, client: httpx.Client, hook: Document, event: str, payload: Payload) -> None:
        body = json.dumps(payload).encode()
        headers = _headers(hook, event, body)
        last: dict[str, Any]
        try:
            answer = client.post(hook["url"], content=body, headers=headers)
            last = {"code": answer.status_code, "is_taken": answer.is_success, "message": "OK"}
        except httpx.HTTPError as error:
            last = {"code": 0, "is_taken": False, "message": f"{type(error).__name__}: {error}"}
        if not last["is_taken"]:
            log.warning("webhook_refused", hook=hook["number"], about=event, **last)
        if self._forge.store.get(KIND, hook["number"]) is not None:
            self._forge.store.change(KIND, hook["number"], last=last)


def _concerns(hook: Document, event: str, payload: Payload) -> bool:
    if event == PING:
        return bool(payload["hook_id"] == hook["number"])
    return event in hook["events"] or "*" in hook["events"]


def _headers(hook: Document, event: str, body: bytes) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "user-agent": "GitHub-Hookshot/lab",
        "x-github-event": event,
        "x-github-delivery": str(uuid.uuid4()),
        "x-github-hook-id": str(hook["number"]),
    }
    if hook["secret"]:
        headers["x-hub-signature-256"] = signature(hook["secret"], body)
    return headers
