"""The table of measured sets, for people: scores, time per case, and the reliability curve."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group
from rich.table import Table

from backend.evals import reliability
from backend.evals.measuring import Measured, Part

SCORES_SHOWN = 4


def tables(measured: Iterable[Measured]) -> Group:
    """Return the scores of every set, and the reliability curve of those that state confidence.

    A case's milliseconds are the processor's, and hold those that go into unpacking its files.
    """
    found = list(measured)
    return Group(_scores(found), *_curves(found))


def _scores(measured: Sequence[Measured]) -> Table:
    table = Table(title="Diagnosis, measured", title_justify="left")
    for heading in (
        "set",
        "part",
        "cases",
        "scores",
        "decided",
        "right",
        "ECE",
        "ms/case",
        "unpack",
    ):
        table.add_column(
            heading,
            no_wrap=True,
            justify="left" if heading in {"set", "part", "scores"} else "right",
        )
    for item in measured:
        spent = (f"{1000 * item.case_s:.1f}", f"{1000 * item.unpacking_s:.1f}")
        if not item.parts:
            table.add_row(
                item.suite,
                "",
                str(len(item.predictions)),
                "no answers",
                "",
                "",
                "",
                *spent,
            )
        for part in item.parts:
            first = part is item.parts[0]
            table.add_row(
                item.suite if first else "",
                part.name,
                str(part.cases),
                _told(part),
                f"{part.coverage:.0%}" if part.reliability else "",
                f"{part.decided_right:.0%}" if part.reliability else "",
                _error(part),
                *(spent if first else ("", "")),
            )
    return table


def _told(part: Part) -> str:
    shown = list(part.scores.items())[:SCORES_SHOWN]
    return "  ".join(f"{name} {value:.3f}" for name, value in shown)


def _error(part: Part) -> str:
    error = part.calibration_error
    return "" if error is None else f"{error:.3f}"


def _curves(measured: Sequence[Measured]) -> Iterator[Table]:
    for item in measured:
        if not item.parts or not item.parts[0].reliability:
            continue
        table = Table(
            title=f"{item.suite}: stated confidence against what was right", title_justify="left"
        )
        for heading in ("confidence", "answers", "stated", "right", ""):
            table.add_column(heading, justify="right" if heading else "left")
        for one in reliability.bins(item.parts[0].reliability):
            bar = "█" * round(20 * one.accuracy)
            table.add_row(
                f"{one.low:.1f} to {one.high:.1f}",
                str(one.count),
                f"{one.confidence:.2f}",
                f"{one.accuracy:.2f}",
                bar,
            )
        yield table
