"""Repairs: typed calls as data, filled in from the facts of a cause."""

from collections.abc import Iterator, Mapping
from typing import Self

from pydantic import Field, model_validator

from sre_agent.domain.actions import NO_ACTIONS, ActionKind, Actions
from sre_agent.domain.causes import Cause
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Risk
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import facts, places
from sre_agent.planning.places import Argument
from sre_agent.planning.ranges import Adjustment, Range
from sre_agent.planning.yaml_files import InvalidPlaybookError, validate


class CallTemplate(Value):
    """A tool and its arguments, with places for facts."""

    tool: str
    arguments: dict[str, Argument]


class TargetTemplate(Value):
    """The object that a call changes, where it is another than the one the cause is about.

    It is in the same namespace unless that is said; a repository's owner stands there.
    """

    kind: str
    name: str
    namespace: str = "{object.namespace}"


class Repair(Value):
    """One way to change something, when the facts it requires are known.

    `requires` lists every fact without which it cannot be done or undone. `inverse` is None for
    what cannot be taken back. `after` names repairs without which, where they are steps before it in
    the same plan, it makes no sense: whoever leaves one of them out leaves this one out as well.
    `unless` lists the facts with which a person decides on it, and no program. `adjustable` says of
    arguments between which values another one would be as good a repair. `takes` names arguments that
    the rehearsal of a repair before it in the same step offers.
    """

    name: str
    title: str
    server: str
    tool: str
    arguments: dict[str, Argument]
    inverse: CallTemplate | None = None
    target: TargetTemplate | None = None
    risk: Risk
    rationale: str
    requires: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    min_confidence: float = Field(ge=0, le=1)
    adjustable: dict[str, Range] = Field(default_factory=dict)
    takes: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_takes(self) -> Self:
        twice = sorted(self.takes.keys() & self.arguments.keys())
        if twice:
            raise ValueError(f"both given and taken from a rehearsal: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _check_places(self) -> Self:
        values = [
            *self.arguments.values(),
            *(self.inverse.arguments if self.inverse else {}).values(),
        ]
        values += [self.target.name, self.target.namespace] if self.target else []
        wrong = places.unknown_in([*values, self.rationale])
        if wrong:
            raise ValueError(f"no object has {', '.join(sorted(wrong))}")
        named = places.facts_in([*values, self.rationale]).union(self.requires, self.unless)
        unknown = sorted(named - set(facts.KNOWN))
        if unknown:
            raise ValueError(f"no cause has a fact {', '.join(unknown)}")
        loose = sorted(places.facts_in(values) - set(self.requires))
        if loose:
            raise ValueError(f"arguments use facts that are not required: {', '.join(loose)}")
        return self

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        for name, range_ in self.adjustable.items():
            if places.fact_alone(self.arguments.get(name)) is None:
                raise ValueError(
                    f"{name} cannot be adjusted: it is no argument that is one fact alone"
                )
            if range_.above not in facts.KNOWN:
                raise ValueError(f"no cause has a fact {range_.above}")
        return self

    def adjustments(self, cause: Cause, kind: ActionKind | None) -> Iterator[Adjustment]:
        """Yield the arguments that may have another value for a cause, by what its tool takes."""
        for name, range_ in self.adjustable.items():
            fact = places.fact_alone(self.arguments[name]) or ""
            known = kind.arguments.get(name) if kind else None
            bound = range_.bound(f"{self.name}.{name}", cause.facts, cause.facts.get(fact), known)
            if bound is not None:
                yield Adjustment(fact, bound)

    def obstacles(self, cause: Cause) -> tuple[str, ...]:
        """Return why the repair cannot be made for a cause; nothing when it can."""
        missing = [name for name in self.requires if cause.facts.get(name) is None]
        said = [f"not known: {', '.join(facts.KNOWN[name] for name in missing)}"] if missing else []
        said += [
            f"a person decides, because of {facts.KNOWN[name]} ({cause.facts[name]})"
            for name in self.unless
            if cause.facts.get(name) is not None
        ]
        if cause.confidence < self.min_confidence:
            said.append(
                f"{in_percent(cause.confidence)} is less than the {self.min_confidence:.0%} it takes"
            )
        return tuple(said)

    def call(self, cause: Cause) -> ToolCall:
        """Return the call for a cause."""
        return self._filled(CallTemplate(tool=self.tool, arguments=self.arguments), cause)

    def undo(self, cause: Cause) -> ToolCall | None:
        """Return the call that takes it back, or None."""
        return self._filled(self.inverse, cause) if self.inverse else None

    def changed(self, cause: Cause) -> ObjectRef:
        """Return the object that the call changes."""
        if self.target is None:
            return cause.object
        return ObjectRef(
            kind=self.target.kind,
            namespace=places.fill_text(self.target.namespace, cause),
            name=places.fill_text(self.target.name, cause),
        )

    def _filled(self, template: CallTemplate, cause: Cause) -> ToolCall:
        arguments = places.fill(template.arguments, cause)
        return ToolCall(server=self.server, tool=template.tool, arguments=arguments)


def parse(files: Mapping[str, str], actions: Actions = NO_ACTIONS) -> dict[str, Repair]:
    """Return the repairs of some YAML texts by file name, by their own names.

    What `actions` knows of their tools is checked; a tool that it does not know nobody may call.

    Raises:
        InvalidPlaybookError: naming the file and what is wrong with it.
    """
    found: dict[str, Repair] = {}
    for file in sorted(files):
        repair = validate(file, files[file], Repair)
        if repair.name in found:
            raise InvalidPlaybookError(f"{file}: there is another repair {repair.name}")
        for slip in _slips(repair, actions):
            raise InvalidPlaybookError(f"{file}: {slip}")
        found[repair.name] = repair
    return found


def _slips(repair: Repair, actions: Actions) -> Iterator[str]:
    """Yield where a repair does not fit what the catalogue says of its tools."""
    kind = actions.find(repair.server, repair.tool)
    if kind is None:
        return
    yield from _misfits({**repair.arguments, **repair.takes}, kind)
    for name, range_ in repair.adjustable.items():
        argument = kind.arguments.get(name)
        if argument is not None and (argument.type == "integer") == bool(range_.unit):
            yield f"{name} of {kind.tool} is of type {argument.type}: texts need a unit, numbers have none"
    if repair.inverse is None:
        return
    if repair.inverse.tool not in kind.inverses:
        known = " or ".join(kind.inverses)
        undone = f"is taken back by {known}" if known else "cannot be taken back"
        yield f"{kind.tool} {undone}, not by {repair.inverse.tool}"
        return
    undoing = actions.find(repair.server, repair.inverse.tool)
    if undoing is not None:
        yield from _misfits(repair.inverse.arguments, undoing)


def _misfits(arguments: Mapping[str, Argument], kind: ActionKind) -> Iterator[str]:
    for name in arguments:
        if name not in kind.arguments:
            known = ", ".join(kind.arguments)
            yield f"{kind.tool} has no argument {name}; it has {known}"
    for name, wanted in kind.arguments.items():
        if wanted.required and name not in arguments:
            yield f"{kind.tool} needs the argument {name}: {wanted.meaning}"
