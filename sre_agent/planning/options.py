"""The repairs among which there is a choice: what the rules would take, and what holds beside it.

Rules find the options and bound their arguments. Whoever chooses names one and, at most, whole numbers
within the bounds; everything else about the plan is made by the rules, as it is without a choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sre_agent.domain.model_choice import Bound, ChosenByModel, Filled, OfferedOption, Pick
from sre_agent.domain.plan import Action, NoPlan, Plan, Risk
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import planner
from sre_agent.planning.planner import Study
from sre_agent.planning.ranges import Adjustment

_MOST = 6
"""No playbook has more steps worth telling."""
_GROWING = tuple(Risk)


@dataclass(frozen=True)
class Option:
    """A step that holds, the plan that the rules make of it, and which arguments may be otherwise."""

    plan: Plan
    condition: str
    adjustments: tuple[Adjustment, ...]

    @property
    def step(self) -> str:
        """Return the step's name."""
        return self.plan.choice.step if self.plan.choice else ""

    @property
    def offered(self) -> OfferedOption:
        """Return it as it is put to whoever chooses."""
        actions = self.plan.actions
        return OfferedOption(
            step=self.step,
            condition=self.condition,
            summary=self.plan.summary,
            risk=max((action.risk for action in actions), key=_GROWING.index).value,
            is_undoable=all(action.inverse is not None for action in actions),
            bounds=tuple(item.bound for item in self.adjustments),
        )


def find(study: Study) -> tuple[Option, ...]:
    """Return what could be done by the playbook, in the rules' order: the first is what they would do.

    It ends where a step hands over to a person: that is not to be chosen away.
    """
    return tuple(_holding(study))


def is_a_choice(options: Sequence[Option]) -> bool:
    """Return whether there is anything to choose."""
    return len(options) > 1 or any(option.adjustments for option in options)


def misfit(options: Sequence[Option], pick: Pick) -> str:
    """Return why a pick is none of the options within their bounds; nothing where it is."""
    option = _named(options, pick.step)
    if option is None:
        return "it chose nothing that was offered"
    bounds = {item.bound.name: item.bound for item in option.adjustments}
    for name, number in pick.numbers.items():
        bound = bounds.get(name)
        if bound is None:
            return "it filled an argument that is not to be filled"
        if not bound.least <= number <= bound.most:
            return f"it wrote {name} outside of {bound.least} to {bound.most}"
    return ""


def is_otherwise(options: Sequence[Option], pick: Pick) -> bool:
    """Return whether a pick that fits is another one than what the rules would do."""
    option = _named(options, pick.step)
    return option is not None and (option is not options[0] or bool(list(_values(option, pick))))


@dataclass(frozen=True)
class Settled:
    """What a pick comes to: another plan than the rules', or none where it is theirs or, by `note`, no use."""

    plan: Plan | None = None
    note: str = ""


def settle(study: Study, options: Sequence[Option], pick: Pick, model: str) -> Settled:
    """Return what comes of a pick; the rules make the plan of it, and each of its words but the numbers."""
    note = misfit(options, pick)
    option = _named(options, pick.step)
    if note or option is None:
        return Settled(note=note)
    if not is_otherwise(options, pick):
        return Settled()
    values = list(_values(option, pick))
    instead = {
        item.step: f"{model} chose {option.step!r} instead" for item in _before(options, option)
    }
    facts = {item.fact: value for item, value in values}
    plan = planner.draft(study.with_facts(facts), instead)
    if isinstance(plan, NoPlan) or plan.choice is None or plan.choice.step != option.step:
        return Settled(note=f"{option.step!r} does not hold with what it wrote")
    by = ChosenByModel(
        model=model,
        reason=pick.reason,
        claims=pick.claims,
        filled=tuple(_filled(item.bound, value) for item, value in values),
        instead_of=options[0].offered,
    )
    actions = tuple(
        _marked(action, by) if action.call != usual.call else action
        for action, usual in zip(plan.actions, option.plan.actions, strict=True)
    )
    choice = plan.choice.model_copy(update={"chosen": by})
    return Settled(plan.model_copy(update={"choice": choice, "actions": actions}))


def own_calls(plan: Plan, options: Sequence[Option]) -> tuple[ToolCall, ...]:
    """Return the calls of a chosen plan that are not those of the rules' own plan."""
    theirs = [action.call for action in options[0].plan.actions]
    return tuple(action.call for action in plan.actions if action.call not in theirs)


def _holding(study: Study) -> Iterator[Option]:
    refused: dict[str, str] = {}
    while len(refused) < _MOST:
        plan = planner.draft(study, MappingProxyType(refused))
        if isinstance(plan, NoPlan) or plan.choice is None:
            return
        refused[plan.choice.step] = "it is another option"
        yield Option(plan, plan.choice.condition, tuple(_adjustments(study, plan)))


def _adjustments(study: Study, plan: Plan) -> Iterator[Adjustment]:
    books = study.playbooks
    book = next(item for item in books.playbooks if item.name == plan.playbook)
    step = next(item for item in book.steps if plan.choice and item.name == plan.choice.step)
    for name in step.repairs:
        repair = books.repairs[name]
        yield from repair.adjustments(study.cause, books.actions.find(repair.server, repair.tool))


def _named(options: Sequence[Option], step: str) -> Option | None:
    return next((option for option in options if option.step == step), None)


def _before(options: Sequence[Option], option: Option) -> Sequence[Option]:
    return options[: [item.step for item in options].index(option.step)]


def _values(option: Option, pick: Pick) -> Iterator[tuple[Adjustment, str | int]]:
    """Yield the values of a pick that differ from the rules'."""
    for item in option.adjustments:
        number = pick.numbers.get(item.bound.name)
        if number is not None and item.bound.written(number) != item.bound.by_rules:
            yield item, item.bound.written(number)


def _filled(bound: Bound, value: str | int) -> Filled:
    return Filled(
        name=bound.name,
        value=value,
        by_rules=bound.by_rules,
        least=bound.least,
        most=bound.most,
    )


def _marked(action: Action, by: ChosenByModel) -> Action:
    """Return an action whose reason says that a number in it is not the rules'."""
    told = "; ".join(f"{item.name} would be {item.by_rules} by the rules" for item in by.filled)
    return action.model_copy(update={"rationale": f"{action.rationale} Chosen by a model: {told}."})
