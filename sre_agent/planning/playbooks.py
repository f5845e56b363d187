"""Playbooks: what to do about a kind of trouble, step by step, as data."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.domain.actions import NO_ACTIONS, Actions
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Value
from sre_agent.planning import conditions, facts
from sre_agent.planning.repairs import Repair
from sre_agent.planning.yaml_files import InvalidPlaybookError, validate

__all__ = ["InvalidPlaybookError", "Playbook", "Playbooks", "parse"]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


Condition = Annotated[str, AfterValidator(conditions.check)]
Pattern = Annotated[str, AfterValidator(_pattern)]
"""A regular expression that is looked for in an alert's name."""
Fact = Annotated[str, AfterValidator(facts.check)]
"""The name of a fact that a cause may have."""


class Trigger(Value):
    """When a playbook is the one to follow.

    The class of the cause that was found decides; alerts and signals break ties. One that `needs`
    facts is for causes that have them all, and is then followed before those that need none.
    """

    fault_classes: tuple[FaultClass, ...] = Field(min_length=1)
    alerts: tuple[Pattern, ...] = Field(min_length=1)
    signals: tuple[str, ...] = ()
    needs: tuple[Fact, ...] = ()

    def alerts_in(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the alerts that it speaks of."""
        return tuple(
            name for name in names if any(re.search(pattern, name) for pattern in self.alerts)
        )


class Step(Value):
    """What to do when a condition holds: repairs, in order, or a person's work and why.

    `condition` says in words what `when` says in CEL, for those who approve, and `warning` what stays
    when all goes well. What is merged reaches a workload by a rollout, unless it `rolls_out` nothing.
    """

    name: str
    condition: str
    when: Condition
    repairs: tuple[str, ...] = ()
    escalate: str = ""
    warning: str = ""
    rolls_out: bool = True

    @model_validator(mode="after")
    def _check_either(self) -> Self:
        if bool(self.repairs) == bool(self.escalate):
            raise ValueError("a step has either repairs or a reason to escalate")
        return self


class Judging(Value):
    """How its repairs are verified.

    Alerts, the error ratio and the rollout are always judged, and no file can take that away. The
    first judgement comes `wait_s` seconds after the action; `hold_s` and `deadline_s` can only make
    the hold longer and the deadline later than the platform's settings.
    """

    wait_s: float = Field(default=0.0, ge=0, le=600)
    hold_s: float = Field(default=0.0, ge=0, le=3600)
    deadline_s: float = Field(default=0.0, ge=0, le=7200)
    latency: bool = True


class Escalation(Value):
    """When a person takes over, and what that person should be told."""

    when: str
    tell: str


class Playbook(Value):
    """What to do about one kind of trouble: the first step whose condition holds.

    `diagnosis` lists what has to have been looked at, in order. `always_a_person` is for what no
    program should ever change: an alert of the playbook is then enough to hand it over.
    """

    name: str
    title: str
    trigger: Trigger
    diagnosis: tuple[Topic, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    verification: Judging = Judging()
    escalation: Escalation
    always_a_person: bool = False

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise ValueError("two steps have the same name")
        if self.always_a_person and any(step.repairs for step in self.steps):
            raise ValueError("what is always for a person has no repairs")
        return self


@dataclass(frozen=True)
class Playbooks:
    """The playbooks, by name in order, and the repairs that their steps speak of.

    `actions` says what the tools of the repairs do. `forbidden` names the repairs whose tools nobody may call here: their steps never hold.
    """

    playbooks: tuple[Playbook, ...]
    repairs: Mapping[str, Repair]
    forbidden: frozenset[str] = frozenset()
    actions: Actions = NO_ACTIONS

    def allowing(self, writes: Collection[tuple[str, str]]) -> "Playbooks":
        """Return the same for where only some tools, by server and name, may write."""
        forbidden = {
            name
            for name, repair in self.repairs.items()
            if (repair.server, repair.tool) not in writes
        }
        return replace(self, forbidden=frozenset(forbidden))


def parse(
    files: Mapping[str, str], repairs: Mapping[str, Repair], actions: Actions = NO_ACTIONS
) -> Playbooks:
    """Return the playbooks of some YAML texts by file name.

    Raises:
        InvalidPlaybookError: naming the file and what is wrong with it.
    """
    found: dict[str, Playbook] = {}
    for file in sorted(files):
        playbook = validate(file, files[file], Playbook)
        if playbook.name in found:
            raise InvalidPlaybookError(f"{file}: there is another playbook {playbook.name}")
        for step in playbook.steps:
            unknown = sorted(set(step.repairs) - set(repairs))
            if unknown:
                known = ", ".join(sorted(repairs))
                raise InvalidPlaybookError(
                    f"{file}: step {step.name} names no repair {', '.join(unknown)}; there are {known}"
                )
            for slip in _untaken(step, repairs):
                raise InvalidPlaybookError(f"{file}: step {step.name}: {slip}")
        found[playbook.name] = playbook
    return Playbooks(tuple(found[name] for name in sorted(found)), dict(repairs), actions=actions)


def _untaken(step: Step, repairs: Mapping[str, Repair]) -> Iterator[str]:
    """Yield what repairs of a step would take from one that does not come before them."""
    before: set[str] = set()
    for name in step.repairs:
        for argument, source in repairs[name].takes.items():
            if source not in before:
                yield f"{name} takes {argument} from {source}, which does not come before it"
        before.add(name)
