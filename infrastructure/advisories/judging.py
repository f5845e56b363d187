"""What the advisory services answered: what is vulnerable, what is accepted, what nobody looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Accepted(BaseModel):
    """An advisory that somebody decided to live with until a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(min_length=3)]
    package: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=10)]
    until: date


@dataclass(frozen=True)
class Advisory:
    """One known vulnerability of one locked package. `ids` are all the names it has."""

    package: str
    ids: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class Answer:
    """What one service said of one lock; `unread` says what it did not look at, and why."""

    lock: str
    looked_at: int = 0
    advisories: tuple[Advisory, ...] = ()
    unread: tuple[str, ...] = field(default=())


def of_pip_audit(lock: str, answer: Mapping[str, Any]) -> Answer:
    """Read what `pip-audit -f json` says."""
    rows = answer.get("dependencies", [])
    skipped = [row["name"] for row in rows if "skip_reason" in row]
    found = tuple(
        Advisory(
            row["name"],
            (item["id"], *item.get("aliases", ())),
            f"{row['name']} {row['version']}: {item['id']}, mended in "
            f"{', '.join(item.get('fix_versions', ())) or 'no version yet'}",
        )
        for row in rows
        for item in row.get("vulns", ())
    )
    return Answer(lock, len(rows) - len(skipped), found, _unread(skipped))


def of_npm_audit(lock: str, answer: Mapping[str, Any]) -> Answer:
    """Read what `npm audit --json` says; an error of the registry has no `vulnerabilities`."""
    if "vulnerabilities" not in answer:
        said = str(answer.get("message") or answer.get("error") or "no answer")
        return Answer(lock, unread=(said.splitlines()[0][:200],))
    found = tuple(
        Advisory(
            name,
            (str(item["url"]).rsplit("/", 1)[-1],),
            f"{name}: {item['title']} ({item['severity']}, {item['range']})",
        )
        for name, row in answer["vulnerabilities"].items()
        for item in row["via"]
        if isinstance(item, dict)  # a text names another row that has the advisory itself
    )
    looked_at = answer.get("metadata", {}).get("dependencies", {}).get("total", 0)
    return Answer(lock, looked_at, found)


def _unread(skipped: Sequence[str]) -> tuple[str, ...]:
    if not skipped:
        return ()
    return (f"{len(skipped)} packages are unknown to the service: {', '.join(skipped[:3])} …",)


def faults(answers: Sequence[Answer], accepted: Sequence[Accepted], today: date) -> list[str]:
    """Return what has to be mended, in sentences: advisories, and entries that are over or idle."""
    found = [advisory for answer in answers for advisory in answer.advisories]
    told = [item.told for item in found if not any(_covers(entry, item) for entry in accepted)]
    told += [
        f"{entry.id} was accepted until {entry.until} only: look at it again"
        for entry in accepted
        if entry.until < today
    ]
    if not any(answer.unread for answer in answers):
        told += [
            f"{entry.id} of {entry.package} is accepted, and no service knows of it: remove it"
            for entry in accepted
            if not any(_covers(entry, item) for item in found)
        ]
    return told


def _covers(entry: Accepted, advisory: Advisory) -> bool:
    return entry.package == advisory.package and entry.id in advisory.ids
