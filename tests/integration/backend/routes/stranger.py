"""Asks the API what nobody would think of: requests made from its own document, by the thousand."""

import contextlib
import os
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import requests
import schemathesis
from house import House
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from backend.actors import Role

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "100"))
"""At least one of each kind goes to every operation; `make test-attack` sends 5,000."""
_TIMEOUT_S = 20.0
_SERVER_ERROR = 500
_NOT_NOW = 503
_STREAMS = ("/events", "/ws")
"""What follows live has no end; its own tests speak to it."""


@dataclass
class Fuzzed:
    """How many requests were sent, how they were answered, and what must not have been."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stranger:
    """An admin of an organization who sends whatever the document leads to."""

    url: str
    house: House
    session: requests.Session
    found: Fuzzed = field(default_factory=Fuzzed)

    def ask(self, operation: Any, mode: GenerationMode, most: int) -> None:
        """Send up to so many requests to an operation, well-formed or not."""

        @hypothesis.seed(7)
        @hypothesis.settings(
            max_examples=most,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
        def once(case: Any, is_known: bool) -> None:
            self._send(case, is_known=is_known)

        # An operation without parameters and body cannot be asked wrongly.
        with warnings.catch_warnings(), contextlib.suppress(hypothesis.errors.Unsatisfiable):
            warnings.simplefilter("ignore")
            once()

    def _send(self, case: Any, *, is_known: bool) -> None:
        if is_known:  # otherwise hardly any request would get beyond "there is no such thing"
            for name, value in self.house.ids.items():
                if name in case.path_parameters:
                    case.path_parameters[name] = value
        answer = case.call(base_url=self.url, session=self.session, timeout=_TIMEOUT_S)
        self.found.sent += 1
        self.found.statuses[answer.status_code] += 1
        if answer.status_code >= _SERVER_ERROR and not _is_told(answer):
            said = f"{answer.status_code}: {answer.text[:300]}"
            self.found.faults.append(f"{case.as_curl_command()} is answered {said}")


def ask(document: dict[str, Any], url: str, house: House) -> Fuzzed:
    """Send about `REQUESTS` requests, the same number to every operation, half of them well-formed."""
    schema = schemathesis.openapi.from_dict(document)
    operations: list[Any] = [item.ok() for item in schema.get_all_operations()]  # type: ignore[union-attr]  # ours is valid
    asked = [each for each in operations if not each.path.endswith(_STREAMS)]
    most = -(-REQUESTS // (2 * len(asked)))
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {house.tokens[Role.ADMIN]}"
        stranger = Stranger(url, house, session)
        for operation in asked:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                stranger.ask(operation, mode, most)
    return stranger.found


def _is_told(answer: Any) -> bool:
    """Return whether it says in its own form that something it needs is not there now."""
    kind = str(answer.headers.get("content-type", [""])[0])
    return answer.status_code == _NOT_NOW and kind.startswith("application/problem+json")
