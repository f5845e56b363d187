"""How good replays of cases were: right or wrong, how sure, what was struck, what it took. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.evals.incident_cases import Case
from backend.evals.replaying import Taken
from sre_agent.domain.opinion import ModelOpinion

TOP, FEW = 1, 3


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One run of one case.

    `stated` is how sure the leading cause was said to be, None where there was none. `model_right`
    says the same of the model's first cause, or that it rightly named none; None where nobody was asked.
    No answer, which `unanswered` tells, is a wrong one. `micro_usd` is None where a price is not known.
    """

    case: str
    expects_nothing: bool = False
    is_right: bool
    is_among_few: bool
    stated: float | None
    abstained: bool
    struck: int = 0
    model_right: bool | None = None
    unanswered: bool = False
    tokens: int = 0
    micro_usd: int | None = 0
    seconds: float = 0.0
    differs: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All runs together; shares and means, None where there is nothing to share."""

    runs: int
    accuracy: float
    accuracy_few: float
    brier: float | None
    sure_when_wrong: float | None
    abstained: int
    model_accuracy: float | None
    unanswered: int
    struck: int
    tokens: int
    micro_usd: int | None
    seconds: float


def score(case: Case, taken: Taken) -> Scored:
    """Return what one replay is worth, held against what its case expects."""
    now = taken.replayed.now
    found, said, chosen = now.diagnosis, now.opinion, now.choice
    costs = [bill.micro_usd for bill in taken.bills]
    known = [cost for cost in costs if cost is not None]
    return Scored(
        case=case.name,
        expects_nothing=case.file.nothing,
        is_right=case.is_right(found, TOP),
        is_among_few=case.is_right(found, FEW),
        stated=found.causes[0].confidence if found.causes else None,
        abstained=found.abstained,
        struck=sum(item.struck_count for item in (said, chosen) if item),
        model_right=_model_is_right(case, said) if said else None,
        unanswered=bool(said and said.note),
        tokens=sum(bill.tokens for bill in taken.bills),
        micro_usd=sum(known) if len(known) == len(costs) else None,
        seconds=taken.seconds,
        differs=len(taken.replayed.differences),
        notes=(
            *taken.replayed.notes,
            *(item.note for item in (said, chosen) if item and item.note),
        ),
    )


def summarize(runs: Sequence[Scored]) -> Summary:
    """Return all of them together.

    The Brier score is the mean square between how sure a leading cause was said to be and whether it
    was right (1) or not (0): 0 is best. Of a case in which nothing is to be named none is right.
    """
    stated = [(item.stated, _top_is_right(item)) for item in runs if item.stated is not None]
    wrong = [sure for sure, is_right in stated if not is_right]
    asked = [item.model_right for item in runs if item.model_right is not None]
    costs = [item.micro_usd for item in runs]
    known = [cost for cost in costs if cost is not None]
    return Summary(
        runs=len(runs),
        accuracy=_mean([float(item.is_right) for item in runs]) or 0.0,
        accuracy_few=_mean([float(item.is_among_few) for item in runs]) or 0.0,
        brier=_mean([(sure - is_right) ** 2 for sure, is_right in stated]),
        sure_when_wrong=_mean(wrong),
        abstained=sum(item.abstained for item in runs),
        model_accuracy=_mean([float(item) for item in asked]),
        unanswered=sum(item.unanswered for item in runs),
        struck=sum(item.struck for item in runs),
        tokens=sum(item.tokens for item in runs),
        micro_usd=sum(known) if len(known) == len(costs) else None,
        seconds=sum(item.seconds for item in runs),
    )


def _model_is_right(case: Case, said: ModelOpinion) -> bool:
    if not said.causes:
        return case.file.nothing and not said.note
    return case.names(said.causes[0].fault_class, said.causes[0].object)


def _top_is_right(item: Scored) -> bool:
    return item.is_right and not item.expects_nothing


def _mean(numbers: Sequence[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
