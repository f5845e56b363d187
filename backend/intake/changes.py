"""Changes as any system may tell of them: `{"changes": [...]}`, each with a key of its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from backend.intake import bodies, refusals, texts
from backend.intake.moments import Moment
from backend.intake.refusals import PROBLEMS_MAX, MalformedError, Problem
from sre_agent.domain.ids import ClusterId
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.safety.redaction import MASK, redact, redact_json

CHANGES_MAX = 100
"""More than these come in a webhook of their own."""
AHEAD_MAX = timedelta(minutes=5)
"""Clocks differ; what takes effect later than this has not happened yet."""

PATHS_MAX = 300
DIFF_MAX = 32 * 1024
MESSAGE_MAX = 8 * 1024
SUMMARY_MAX = 300
VALUE_MAX = 1000
LINK_MAX = 1000


def _link(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must begin with http:// or https:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must hold no credentials")
    return url


def _line(most: int, *, least: int = 0) -> Any:
    return Field(min_length=least, max_length=most)


def _no_secret(key: str) -> str:
    if redact(key) != key:
        raise ValueError("holds what looks like a secret: make up a name that tells of none")
    return key


_Key = Annotated[
    str, _line(200, least=1), AfterValidator(texts.one_line), AfterValidator(_no_secret)
]
_Name = Annotated[str, _line(253), AfterValidator(texts.one_line)]
_Service = Annotated[str, _line(253, least=1), AfterValidator(texts.one_line)]
_Long = Annotated[str, _line(600), AfterValidator(texts.one_line)]
_Path = Annotated[str, _line(500, least=1), AfterValidator(texts.one_line)]
_Link = Annotated[str, _line(LINK_MAX), AfterValidator(texts.one_line), AfterValidator(_link)]


def _same_case(sha: object) -> object:
    return sha.lower() if isinstance(sha, str) else sha


_State = Literal[
    "",
    "success",
    "merged",
    "published",
    "active",
    "pending",
    "queued",
    "in_progress",
    "failure",
    "error",
    "cancelled",
    "skipped",
]
"""The first five took effect, the others did not. A word that is not known would be judged wrongly."""


class SentChange(BaseModel):
    """One change. `key` is yours: sent again with the same content, it is known and stored once."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: _Key
    kind: ChangeKind
    summary: Annotated[str, _line(SUMMARY_MAX, least=1), AfterValidator(texts.one_line)]
    at: Moment | None = Field(default=None, description="When it took effect; now if not given.")
    namespace: _Name = ""
    services: list[_Service] = Field(default=[], max_length=20)
    repository: _Name = ""
    actor: _Name = ""
    link: _Link | None = None
    commit: Annotated[str, BeforeValidator(_same_case)] | None = Field(
        default=None, pattern=r"^[0-9a-f]{7,64}$", description="A commit's hash."
    )
    image: _Long = ""
    version: _Name = ""
    environment: _Name = ""
    object: _Long = Field(default="", description="Kind/namespace/name of what was changed.")
    before: Annotated[str, _line(VALUE_MAX)] = ""
    after: Annotated[str, _line(VALUE_MAX)] = ""
    state: _State = Field(
        default="",
        description=(
            "How it ended: `success`, `merged`, `published`, `active` or nothing where it took effect."
        ),
    )
    message: Annotated[str, _line(MESSAGE_MAX)] = Field(default="", description="Of a commit.")
    paths: list[_Path] = Field(default=[], max_length=PATHS_MAX)
    diff: Annotated[str, _line(DIFF_MAX)] = Field(default="", description="A unified diff.")


class SentChanges(BaseModel):
    """What is posted."""

    model_config = ConfigDict(extra="forbid")

    changes: list[SentChange] = Field(min_length=1, max_length=CHANGES_MAX)


@dataclass(frozen=True)
class ReadChange:
    """A change of a webhook: its place there, and the SHA-256 of what was sent."""

    place: int
    change: Change
    sha256: str


@dataclass(frozen=True)
class Parsed:
    """The changes that can be taken, and by its place what is wrong with each other one."""

    changes: tuple[ReadChange, ...]
    refused: Mapping[int, tuple[Problem, ...]]


def parse(body: bytes, *, cluster_id: str, now: datetime) -> Parsed:
    """Return the changes of a webhook; one that is wrong does not take the others with it.

    Args:
        body: what was sent.
        cluster_id: the cluster whose token came with it.
        now: when it came.

    Raises:
        NotJsonError: The body is not JSON.
        MalformedError: It is no list of changes, or every one of them is wrong.
    """
    found: list[ReadChange] = []
    refused: dict[int, tuple[Problem, ...]] = {}
    for place, item in enumerate(_items(body)):
        try:
            sent = SentChange.model_validate(item)
        except ValidationError as error:
            refused[place] = _problems(place, error)
            continue
        if sent.at is not None and sent.at > now + AHEAD_MAX:
            said = "lies in the future: tell of a change when it took effect"
            refused[place] = (Problem(f"changes[{place}].at", said),)
            continue
        sha256 = hashlib.sha256(to_json(sent.model_dump(mode="json"))).hexdigest()
        found.append(ReadChange(place, _to_domain(sent, cluster_id, now), sha256))
    if not found:
        problems = [problem for place in sorted(refused) for problem in refused[place]]
        raise MalformedError(tuple(problems[:PROBLEMS_MAX]))
    return Parsed(tuple(found), refused)


def _items(body: bytes) -> list[Any]:
    sent = bodies.read(body, allow_inf_nan=False)
    problem = ""
    if not isinstance(sent, dict) or set(sent) != {"changes"}:
        problem = 'must be {"changes": [...]} and hold nothing else'
    elif not isinstance(sent["changes"], list) or not sent["changes"]:
        problem = "must be a list of at least one change"
    elif len(sent["changes"]) > CHANGES_MAX:
        problem = f"holds more than {CHANGES_MAX} changes: send several webhooks"
    if problem:
        place = "changes" if isinstance(sent, dict) and "changes" in sent else "(the body)"
        raise MalformedError((Problem(place, problem),))
    return list(sent["changes"])


def _problems(place: int, error: ValidationError) -> tuple[Problem, ...]:
    details = error.errors(include_input=False, include_url=False, include_context=False)
    return tuple(
        Problem(
            refusals.place(("changes", place, *detail["loc"]))[:SUMMARY_MAX],
            detail["msg"].removeprefix("Value error, "),
        )
        for detail in details[:PROBLEMS_MAX]
    )


def _to_domain(sent: SentChange, cluster_id: str, now: datetime) -> Change:
    is_secret = sent.kind is ChangeKind.SECRET
    before, after = (
        MASK if is_secret and text else texts.told(text, VALUE_MAX)
        for text in (sent.before, sent.after)
    )
    return Change(
        key=sent.key,
        source=ChangeSource.WEBHOOK,
        kind=sent.kind,
        summary=texts.title(sent.summary, SUMMARY_MAX),
        at=sent.at or now,
        told_at=now,
        cluster_id=ClusterId(cluster_id),
        namespace=redact(sent.namespace),
        services=tuple(dict.fromkeys(map(redact, sent.services))),
        repository=redact(sent.repository),
        actor=redact(sent.actor),
        link=texts.told(sent.link or "", LINK_MAX),
        commit=sent.commit or "",
        image=redact_json({"image": sent.image})["image"],
        version=redact(sent.version),
        environment=redact(sent.environment),
        object=redact(sent.object),
        before=before,
        after=after,
        state=sent.state,
        message=texts.told(sent.message, MESSAGE_MAX),
        paths=tuple(map(redact, sent.paths)),
        diff="" if is_secret else texts.told(sent.diff, DIFF_MAX),
    )
