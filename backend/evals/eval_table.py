"""The table of an evaluation, for people: a line for each case, and one for all."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from backend.evals import scoring
from backend.evals.scoring import Scored, Summary
from backend.plain import plain

_MICRO = 1_000_000
_COLUMNS = (
    "case",
    "runs",
    "A@1",
    "A@3",
    "sure",
    "Brier",
    "sure when wrong",
    "abstained",
    "model A@1",
    "unanswered",
    "struck",
    "tokens",
    "cost",
    "s",
)


def table(runs: Sequence[Scored]) -> Table:
    """Return the scores of every case and of all runs together."""
    found = Table(title="Replayed, and held against what was expected", title_justify="left")
    for heading in _COLUMNS:
        found.add_column(heading, justify="left" if heading == "case" else "right")
    for name in dict.fromkeys(item.case for item in runs):
        own = [item for item in runs if item.case == name]
        stated = [item.stated for item in own if item.stated is not None]
        sure = f"{sum(stated) / len(stated):.0%}" if stated else "-"
        found.add_row(Text(str(plain(name))), *_cells(scoring.summarize(own), sure))
    found.add_section()
    found.add_row("all", *_cells(scoring.summarize(runs), ""))
    return found


def _cells(of: Summary, sure: str) -> tuple[str, ...]:
    return (
        str(of.runs),
        f"{of.accuracy:.2f}",
        f"{of.accuracy_few:.2f}",
        sure,
        "-" if of.brier is None else f"{of.brier:.3f}",
        "-" if of.sure_when_wrong is None else f"{of.sure_when_wrong:.0%}",
        str(of.abstained),
        "-" if of.model_accuracy is None else f"{of.model_accuracy:.2f}",
        str(of.unanswered),
        str(of.struck),
        f"{of.tokens:,}",
        "unknown" if of.micro_usd is None else f"${of.micro_usd / _MICRO:.4f}",
        f"{of.seconds:.1f}",
    )
