"""A policy file as it is written: rules, the numbers and environments they go by, and examples."""

from fnmatch import fnmatchcase
from typing import Any, Self

from pydantic import Field, StrictInt, model_validator

from sre_agent.domain.model import Value
from sre_agent.domain.ruling import Approvers, Ruling
from sre_agent.safety.autonomy import Threshold
from sre_agent.safety.risk_terms import ENVIRONMENT

MAX_RULES = 500
"""Rules of a policy, and its examples as well."""
_MAX_NAMED = 100
"""Numbers and environments of a file."""


class RuleText(Value):
    """A rule as it is written; `approvers` says who answers a rule that asks.

    A rule that asks allows instead for what has earned it, with `allow_if_earned`.
    """

    name: str = Field(min_length=1)
    ruling: Ruling
    when: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    approvers: Approvers | None = None
    allow_if_earned: Threshold | None = None

    @model_validator(mode="after")
    def _asks_whom(self) -> Self:
        if self.allow_if_earned is not None and self.ruling is not Ruling.ASK:
            raise ValueError(f"{self.name} has allow_if_earned, but only a rule that asks can")
        if self.approvers is not None and self.ruling is not Ruling.ASK:
            raise ValueError(f"{self.name} names approvers, but only a rule that asks has any")
        return self


class EnvironmentText(Value):
    """Where an environment is: clusters and namespaces, with `*` and `?` as wildcards.

    `risk_points` is what it adds to the risk of an action there.
    """

    clusters: tuple[str, ...] = Field(default=("*",), min_length=1)
    namespaces: tuple[str, ...] = Field(default=("*",), min_length=1)
    risk_points: StrictInt = Field(default=ENVIRONMENT, ge=0, le=30)

    def has(self, cluster: str, namespace: str) -> bool:
        """Return whether a namespace of a cluster belongs to it."""
        return any(fnmatchcase(cluster, item) for item in self.clusters) and any(
            fnmatchcase(namespace, item) for item in self.namespaces
        )


class ExampleText(Value):
    """A case beside the rules: what is given, and what has to be ruled, by which rule and whom.

    `given` names only the facts that matter; the others are those of a well-formed write.
    """

    name: str = Field(min_length=1)
    given: dict[str, Any]
    ruling: Ruling
    rule: str | None = None
    approvers: Approvers | None = None


class PolicyText(Value):
    """A policy file as it is written; `bounds` are the numbers that its rules go by.

    `zone` is the time zone of `time.weekday` and `time.hour`, by its IANA name.
    """

    rules: tuple[RuleText, ...] = Field(min_length=1, max_length=MAX_RULES)
    bounds: dict[str, StrictInt] = Field(default_factory=dict, max_length=_MAX_NAMED)
    environments: dict[str, EnvironmentText] = Field(default_factory=dict, max_length=_MAX_NAMED)
    zone: str | None = None
    examples: tuple[ExampleText, ...] = Field(default=(), max_length=MAX_RULES)
