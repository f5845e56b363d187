"""What spoke for taking a commit back in just this way: speed, error budget and risk, in sentences."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.metrics import budgets
from sre_agent.domain.actions import Actions
from sre_agent.domain.plan import Action
from sre_agent.planning import burnt_budget


def lines(actions: Sequence[Action], kinds: Actions, burn: float) -> Iterator[str]:
    """Yield how long each action takes to show, what waiting costs, and what each puts at risk.

    Args:
        actions: of the plan, in order.
        kinds: what is known of their tools.
        burn: how many times faster than allowed the error budget goes.
    """
    shown = [
        f"{item.call.tool} within {say(timedelta(seconds=kind.verification.window_s))}"
        for item in actions
        if (kind := kinds.of(item.call)) is not None
    ]
    yield f"speed: {', '.join(shown)} at the latest, or somebody is told"
    yield f"error budget: {_budget(burn)}"
    # Policy counts what it is here and now; that is shown beside each action.
    yield f"risk by their kind: {', '.join(f'{item.call.tool} {item.risk}' for item in actions)}"


def _budget(burn: float) -> str:
    if burn < 1.0:
        return "it is not being used up faster than is allowed, so that nothing is lost by waiting"
    lasts = say(timedelta(seconds=budgets.PERIOD_S / burn))
    told = f"it goes {burn:.1f} times as fast as is allowed, and a month's would last {lasts}"
    if burn < burnt_budget.FAST:
        return f"{told}: a merge and its deploy can be waited for"
    return f"{told}: too fast to wait for a merge and its deploy"
