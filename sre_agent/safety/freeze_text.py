"""A freeze as it is written: when nothing is changed, where, and why."""

import re
from datetime import datetime, time
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, field_validator, model_validator

from sre_agent.domain.model import Value
from sre_agent.domain.patterns import Patterns, fits
from sre_agent.safety import zones
from sre_agent.safety.facts import WEEKDAYS

_MOMENT = re.compile(r"(?P<day>[a-z]+) (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")

_FIRST_YEAR, _LAST_YEAR = 2000, 9000


def _checked(text: str) -> str:
    found = _MOMENT.fullmatch(text)
    if found is None or found["day"] not in WEEKDAYS:
        raise ValueError('must read like "friday 16:00": a weekday and a time of 24 hours')
    return text


WeekMoment = Annotated[str, AfterValidator(_checked)]


class WeeklyText(Value):
    """From one moment of the week to another, every week."""

    model_config = ConfigDict(populate_by_name=True)

    from_: WeekMoment = Field(alias="from")
    to: WeekMoment

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.from_ == self.to:
            raise ValueError("begins and ends at the same moment of the week")
        return self


def parse_moment(text: str) -> tuple[int, time]:
    """Return the number of the weekday, Monday being 0, and the time."""
    day, _, clock = text.partition(" ")
    return WEEKDAYS.index(day), time.fromisoformat(clock)


class FreezeText(Value):
    """When nothing is changed: once `from` ... `to`, or `weekly`; times are those of `zone`.

    `clusters`, `namespaces` and `environments` (those of the policy) say where, with `*` and `?` as
    wildcards; everywhere unless they do. `lets_critical_pass` lets incidents of severity critical go on.
    """

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=500)
    zone: str = "UTC"
    from_: datetime | None = Field(default=None, alias="from")
    to: datetime | None = None
    weekly: WeeklyText | None = None
    clusters: Patterns = ()
    namespaces: Patterns = ()
    environments: Patterns = ()
    lets_critical_pass: StrictBool = False

    @field_validator("zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        zones.find(name)
        return name

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        is_once = self.from_ is not None and self.to is not None
        if (self.from_ is None) != (self.to is None):
            raise ValueError("needs both from and to")
        if is_once == (self.weekly is not None):
            raise ValueError("needs either from and to, or weekly")
        if is_once and self.starts_at >= self.ends_at:
            raise ValueError("ends before it begins")
        return self

    @property
    def starts_at(self) -> datetime:
        """Return the beginning of a freeze that is once; without an offset it is in the zone."""
        return self._aware(self.from_, fold=0)

    @property
    def ends_at(self) -> datetime:
        """Return the end of a freeze that is once."""
        return self._aware(self.to, fold=1)

    def covers(self, cluster: str, namespace: str, environment: str | None) -> bool:
        """Return whether it is for a namespace; what is not known is taken to be covered.

        An empty namespace stands for what belongs to none, such as a node, which every one feels.
        """
        return (
            fits(cluster, self.clusters)
            and (not namespace or fits(namespace, self.namespaces))
            and (environment is None or fits(environment, self.environments))
        )

    def _aware(self, moment: datetime | None, *, fold: int) -> datetime:
        if moment is None:
            raise ValueError(f"{self.name} comes every week")
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(f"the year {moment.year} is none that freezes are made for")
        if moment.tzinfo is not None:
            return moment
        # Of two readings of one hour, when clocks are put back, the one that makes it longer.
        return moment.replace(tzinfo=zones.find(self.zone), fold=fold)
