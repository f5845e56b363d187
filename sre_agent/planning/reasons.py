"""Why a plan is as it is, in sentences: the playbook, its step, those passed over, the runbook."""

from collections.abc import Iterator

from sre_agent.domain.plan_reasons import Choice, RunbookCitation
from sre_agent.planning import choice_lines
from sre_agent.planning.runbook_advice import stale_warning

WARNING = "warning: "
"""How a sentence begins that a person must not overlook."""


def of_choice(playbook: str, choice: Choice | None) -> Iterator[str]:
    """Yield what was chosen and what was not, in the order in which it was tried."""
    if choice is None:
        yield f"playbook {playbook}"
        return
    if choice.chosen is not None:
        first, *rest = choice_lines.of_plan(choice.chosen)
        yield f"{WARNING}{first}"
        yield from rest
    yield f"playbook {playbook} ({choice.title}): {choice.why}"
    yield from passed_over(choice.passed_over)
    # What a person asked for is no step of a playbook.
    if choice.step:
        yield f"step {choice.step!r} holds: {choice.condition}"
    yield from choice.weighed
    yield from (f"{WARNING}{told}" for told in choice.warnings)
    if choice.not_seen:
        yield f"{WARNING}nobody could see {', '.join(choice.not_seen)}"


def passed_over(steps: tuple[str, ...]) -> Iterator[str]:
    """Yield why each step did not hold."""
    yield from (f"passed over step {step}" for step in steps)


def of_runbook(citation: RunbookCitation | None) -> Iterator[str]:
    """Yield the runbook that people can go by, and a warning when it is stale."""
    if citation is None:
        return
    place = citation.url or f"{citation.source}:{citation.id}"
    kept = f", kept by {citation.owner}" if citation.owner else ""
    validated = f", validated {citation.last_validated}" if citation.last_validated else ""
    yield f"runbook {citation.title!r} ({place}{kept}{validated}): {citation.reason}"
    warning = stale_warning(citation)
    if warning:
        yield f"{WARNING}{warning}"
