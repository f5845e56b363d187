"""What a report says of the plan: why it was made, what was done, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.domain.events import EventKind
from sre_agent.domain.plan import Action, NoPlan, Plan
from sre_agent.planning import reasons
from sre_agent.planning.story import Story


@dataclass(frozen=True)
class Line:
    """A line and its depth in the list: 0 for a sentence, 1 for an item, 2 for a part of one.

    `call` is shown as code after the text.
    """

    depth: int
    text: str
    call: str = ""


def of(story: Story) -> Iterator[Line]:
    """Yield what was planned and done, or why nothing was."""
    if story.plan is None:
        yield from _nothing(story)
        return
    for plan in filter(None, (story.plan, story.undoing)):
        yield from _why(plan)
        for action in plan.actions:
            yield from _action(story, action)
    yield Line(1, f"Approval: {story.approval}")
    yield Line(1, story.verification)


def _why(plan: Plan) -> Iterator[Line]:
    for line in (*reasons.of_choice(plan.playbook, plan.choice), *reasons.of_runbook(plan.runbook)):
        yield Line(1, _capital(line))


def _action(story: Story, action: Action) -> Iterator[Line]:
    yield Line(1, f"Action {action.id}, risk {action.risk}:", str(action.call))
    yield Line(2, f"why: {action.rationale}")
    yield Line(2, f"felt by: {action.blast_radius.statement}")
    for warning in action.dry_run.warnings if action.dry_run else ():
        yield Line(2, f"warning of the dry run: {warning}")
    if action.inverse:
        yield Line(2, "undone by:", str(action.inverse))
    yield Line(2, f"outcome: {story.outcome_of(action.id)}")


def _nothing(story: Story) -> Iterator[Line]:
    if story.merged_into:
        yield Line(0, f"None here; what was done stands in the report of {story.merged_into}.")
        return
    event = story.last(EventKind.PLAN_WITHHELD)
    withheld = NoPlan.model_validate(event.payload) if event else None
    yield Line(0, f"No action was planned. {withheld.reason if withheld else ''}".rstrip())
    if withheld is None:
        return
    if withheld.playbook:
        yield Line(1, f"Playbook {withheld.playbook}")
    for line in (
        *reasons.passed_over(withheld.passed_over),
        *reasons.of_runbook(withheld.runbook),
    ):
        yield Line(1, _capital(line))
    if withheld.recommendation:
        yield Line(0, f"Recommended instead: {withheld.recommendation}")


def _capital(line: str) -> str:
    return line[:1].upper() + line[1:]
