"""The API as the command line sees it: the same doors and tokens as everyone's."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

from backend.cli import hints, told_answers
from backend.plain import plain
from sre_agent.domain.errors import PermanentError, TransientError

_TIMEOUT_S = 40.0
_STREAM_S = 180.0
"""How long the next line of a long answer is waited for."""
_WAIT_S = 20
_PATIENCE_S = 30.0
_AGAIN_S = 0.5


class Patience:
    """How long whoever follows along waits for an API that is restarted."""

    def __init__(self) -> None:
        self._gone_since: float | None = None

    def is_left(self) -> bool:
        """Wait a moment, unless the API has been gone for too long."""
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        if now - self._gone_since > _PATIENCE_S:
            return False
        time.sleep(_AGAIN_S)
        return True

    def renew(self) -> None:
        """Note that it answers."""
        self._gone_since = None


class Client:
    """A caller of the API with one token. What it hands on cannot steer a terminal."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT_S,
            trust_env=False,
        )
        self.url = url

    def get(self, path: str, **parameters: str | int) -> Any:
        """Return what a route answers.

        Raises:
            TransientError: The API does not answer.
            PermanentError: It says no; the message is its own, hint included. Or it is no answer of
                this API's version.
        """
        return told_answers.read(self._send("GET", path, params=parameters))

    def text(self, path: str) -> str:
        """Return the text a route answers."""
        text: str = plain(self._send("GET", path).text)
        return text

    def raw(self, path: str) -> Any:
        """Return what a route answers with every character: for a file, never for a terminal.

        Raises:
            TransientError: The API does not answer.
            PermanentError: As `get`.
        """
        return told_answers.as_it_came(self._send("GET", path))

    def lines(self, path: str) -> Iterator[str]:
        """Yield the lines of a long answer as they come: for a file, never for a terminal.

        Raises:
            TransientError: The API stopped answering.
            PermanentError: It says no.
        """
        try:
            with self._http.stream("GET", path) as answer:
                if answer.is_error:
                    answer.read()
                    raise PermanentError(_problem(answer))
                yield from answer.iter_lines()
        except httpx.TransportError as error:
            raise TransientError(f"the API at {self.url} stopped answering") from error

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a body and return the answer."""
        return told_answers.read(self._send("POST", path, json=body))

    def post_lines(self, path: str, body: dict[str, Any]) -> Iterator[Any]:
        """Send a body and yield the answer's lines, each JSON, as they come.

        Raises:
            TransientError: The API does not answer, or stopped in the middle.
            PermanentError: It says no; the message is its own, hint included.
        """
        try:
            with self._http.stream("POST", path, json=body, timeout=_STREAM_S) as answer:
                if answer.is_error:
                    answer.read()
                    failed = TransientError if answer.status_code >= 500 else PermanentError
                    raise failed(_problem(answer))
                for line in answer.iter_lines():
                    yield told_answers.line(answer, line)
        except httpx.TransportError as error:
            raise TransientError(
                f"{self.url} does not answer; is the platform up? ./start.sh starts it"
            ) from error

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Send what shall be different and return the answer."""
        return told_answers.read(self._send("PATCH", path, json=body))

    def delete(self, path: str, **parameters: str | int) -> None:
        """Take something away."""
        self._send("DELETE", path, params=parameters)

    def events(self, incident_id: str) -> Iterator[dict[str, Any]]:
        """Yield the events there are now, all pages of them."""
        seq = 0
        while page := self.get(f"/api/v1/incidents/{incident_id}/events", after=seq)["events"]:
            seq = page[-1]["seq"]
            yield from page

    def follow(self, incident_id: str) -> Iterator[dict[str, Any]]:
        """Yield the incident's events, from the first on, until its work is over.

        An API that is restarted meanwhile is waited for; no event is lost or told twice.
        """
        seq = 0
        patience = Patience()
        is_over = False
        while True:
            try:
                page = self.get(
                    f"/api/v1/incidents/{incident_id}/events", after=seq, wait_s=_WAIT_S
                )
            except TransientError:
                if not patience.is_left():
                    raise
                continue
            patience.renew()
            for event in page["events"]:
                seq = event["seq"]
                yield event
                # A report is the end, unless the incident went on in another run.
                if event["kind"] in {"report_written", "reopened", "reinvestigated"}:
                    is_over = event["kind"] == "report_written"
            if is_over:
                return

    def _send(self, method: str, path: str, **rest: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **rest)
        except httpx.TransportError as error:
            raise TransientError(
                f"{self.url} does not answer; is the platform up? ./start.sh starts it"
            ) from error
        if answer.is_success:
            return answer
        if answer.status_code >= 500:
            raise TransientError(_problem(answer))
        raise PermanentError(_problem(answer))


def _problem(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    hint = hints.for_terminal(str(body.get("hint") or ""))
    parts = (body.get("title"), hints.detail(body), hint)
    return (
        ". ".join(str(part).rstrip(".") for part in parts if part) or f"HTTP {answer.status_code}"
    )
