"""What a report says of the runs before the present one: one paragraph each, from the log."""

from sre_agent.domain import runs
from sre_agent.domain.events import EventKind
from sre_agent.planning.story import Story, read


def paragraphs(story: Story) -> list[str]:
    """Return for each earlier run, the first one first, how it ended, why, and what was done."""
    return [
        _paragraph(number, read(story.incident, log))
        for number, log in enumerate(runs.earlier(story.events), start=1)
    ]


def _paragraph(number: int, run: Story) -> str:
    moved = run.last(EventKind.STATUS_CHANGED)
    ended = str(moved.payload.get("to", "?")) if moved else "no end on record"
    at = f" at {moved.at:%Y-%m-%d %H:%M:%S}" if moved else ""
    cause = run.cause
    found = f"{cause.fault_class} of {cause.object}" if cause else "none was named"
    return f"Run {number} ended{at}: {ended}. Cause: {found}. {_deeds(run)}"


def _deeds(run: Story) -> str:
    if run.plan is None:
        return "No action was planned."
    done = [
        f"Action {action.call.tool} on {run.plan.cause_object}: {run.outcome_of(action.id)}."
        for action in run.plan.actions
    ]
    return " ".join([*done, f"{run.verification}."])
