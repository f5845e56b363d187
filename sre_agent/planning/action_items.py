"""What people should do after an incident, as far as its log can tell."""

from collections.abc import Iterator

from sre_agent.domain.attribution import JudgedChange
from sre_agent.domain.events import EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.plan import Action
from sre_agent.domain.ruling import Verdict
from sre_agent.planning import change_lines
from sre_agent.planning.runbook_advice import stale_warning
from sre_agent.planning.story import RESOLVED, Story

_PEOPLE = 2
"""Who knows the code is told in full beside the change."""
_OVERWRITTEN = frozenset({"set_resources", "set_env", "set_image", "scale_workload"})


def of(story: Story) -> Iterator[str]:
    """Return the items, the most urgent first; there is always at least one."""
    if story.merged_into:
        yield f"See the report of {story.merged_into}"
        return
    yield from _unfinished(story)
    yield from _about_cause(story)
    yield from _to_keep(story)
    yield from _about_runbook(story)
    yield from _about_ourselves(story)
    yield "Review this report and correct what it got wrong"


def _unfinished(story: Story) -> Iterator[str]:
    if story.escalation:
        yield f"Take over: {story.escalation}"
    verified = story.last(EventKind.VERIFICATION_FINISHED)
    acted = story.last(EventKind.ACTION_FINISHED)
    if acted is None or (verified and verified.payload.get("result") == RESOLVED):
        return
    if story.undoing:
        yield f"Look for another remedy: {story.plan.summary if story.plan else 'it'} did not help"
        return
    undo = "; ".join(str(item.inverse) for item in _actions(story) if item.inverse)
    way_back = f"; the action can be undone by {undo}" if undo else ""
    yield f"Check by hand whether the repair worked{way_back}"


def _actions(story: Story) -> tuple[Action, ...]:
    return story.plan.actions if story.plan else ()


def _about_cause(story: Story) -> Iterator[str]:
    cause = story.cause
    if story.diagnosis and story.diagnosis.passed:
        yield f"Look at what raised it: {'; '.join(story.diagnosis.passed)}"
        return
    if story.is_calm:
        yield f"Check whether {', '.join(_alerts(story))} should have fired"
        return
    if cause is None:
        yield "Find the cause: the evidence did not decide"
        return
    if cause.fault_class is FaultClass.OUT_OF_MEMORY and cause.facts.get("limit_lowered"):
        yield f"Find out why the memory limit of {cause.object.name} was lowered below its need"
        return
    mended = _about_change(story)
    if mended:
        yield mended
        yield f"Add a test or check that would have shown it before {cause.object.name} took traffic"
        return
    revision = cause.facts.get("revision")
    if cause.fault_class is FaultClass.BAD_RELEASE or revision is not None:
        image = cause.facts.get("image_after")
        yield (
            f"Find out what is wrong in revision {revision} of {cause.object.name} ({image}) "
            "before it is released again"
        )
        yield f"Add a check that stops such a release of {cause.object.name} before it takes traffic"
    else:
        yield f"Remove the reason for {cause.fault_class} of {cause.object.name}"


def _about_change(story: Story) -> str:
    """Return what to do about the change that explains the cause; nothing where none does."""
    found = story.changes.suspect if story.changes else None
    if found is None or story.cause is None or story.cause.facts.get("change") != found.id:
        return ""
    place = next((f"; look at {at.path}:{at.line}" for at in found.explains if at.line), "")
    people = ", ".join(dict.fromkeys([*filter(None, [found.actor]), *_names(found)]))
    with_whom = f", with {people}" if people else ""
    return f"Mend {change_lines.suspect(found)} before it is rolled out again{with_whom}{place}"


def _names(found: JudgedChange) -> list[str]:
    return [item.who for item in found.known_by[:_PEOPLE]]


def _to_keep(story: Story) -> Iterator[str]:
    """Yield what the next release would undo, unless it is written down where releases come from."""
    for action in _actions(story) if story.is_repaired else ():
        if action.call.tool in _OVERWRITTEN:
            changed = ", ".join(action.dry_run.changes if action.dry_run else ())
            yield (
                f"Write down where {action.target.name} is deployed from what was changed here"
                f"{f' ({changed})' if changed else ''}: the next release would undo it"
            )


def _about_runbook(story: Story) -> Iterator[str]:
    cited = story.runbook
    if cited is None:
        if story.cause:
            yield f"Write a runbook for {story.cause.fault_class} of {story.cause.object.name}"
        return
    warning = stale_warning(cited)
    if warning:
        yield f"Go through it with {cited.owner or 'its owner'} and validate it: {warning}"


def _alerts(story: Story) -> list[str]:
    return sorted({alert.name for alert in story.incident.alerts}) or ["the alert"]


def _about_ourselves(story: Story) -> Iterator[str]:
    failed = {
        str(event.payload.get("specialist", "?"))
        for event in story.events
        if event.kind is EventKind.SPECIALIST_FAILED
    }
    if failed:
        yield f"Mend what specialists need who could not look: {', '.join(sorted(failed))}"
    decided = story.last(EventKind.APPROVAL_DECIDED)
    is_late = decided is not None and decided.payload.get("channel") != "steering"
    if decided and is_late and decided.payload.get("verdict") == Verdict.EXPIRED:
        yield "Find out why too few people said yes before the approval expired"
    if story.last(EventKind.RUN_FAILED):
        yield "Find out why the investigation failed"
