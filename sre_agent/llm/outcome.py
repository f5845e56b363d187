"""What became of a question to a model, in one word: for the ledger, the metrics and whoever watches."""

from enum import StrEnum

from sre_agent.llm.mind import (
    MindAnswerInvalidError,
    MindBudgetSpentError,
    MindError,
    MindRefusedError,
)


class Outcome(StrEnum):
    """How a question ended. One that is under way, or whose worker died, has no outcome."""

    ANSWERED = "answered"
    UNAVAILABLE = "unavailable"
    """Nobody was there, or not in time."""

    REFUSED = "refused"
    """The model, or its provider, said no."""

    INVALID = "invalid"
    """It answered something else than what was asked for."""

    GIVEN_UP = "given_up"
    """Whoever asked did not wait for the answer."""

    OVER_BUDGET = "over_budget"
    """A limit of ours did not allow the question; nobody was asked."""


_KINDS = (
    (MindBudgetSpentError, Outcome.OVER_BUDGET),
    (MindRefusedError, Outcome.REFUSED),
    (MindAnswerInvalidError, Outcome.INVALID),
)


def of(error: MindError) -> Outcome:
    """Return how a question ended that an error came of."""
    found = (outcome for kind, outcome in _KINDS if isinstance(error, kind))
    return next(found, Outcome.UNAVAILABLE)
