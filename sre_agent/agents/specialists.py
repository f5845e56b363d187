"""The specialists that investigate, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Specialist:
    """One investigator: its name, the server it asks, and the mark its evidence ids begin with.

    `may_find_nothing` is for what many workloads do not have: that there is none is no blindness.
    """

    name: str
    server: str
    mark: str
    reason: str
    may_find_nothing: bool = False


SPECIALISTS: tuple[Specialist, ...] = (
    Specialist(
        "kubernetes", "kubernetes", "k8s", "what runs, what was released, what the cluster says"
    ),
    Specialist(
        "metrics", "prometheus", "met", "when the signals changed, and on which pods and calls"
    ),
    Specialist("logs", "loki", "log", "which errors are new, and whom they name"),
    Specialist(
        "traces",
        "jaeger",
        "trc",
        "where requests fail and wait, and who calls whom",
        may_find_nothing=True,
    ),
    Specialist("runbooks", "runbooks", "run", "what people wrote down about such alerts"),
    Specialist(
        "github",
        "github",
        "git",
        "which changes of the code came before it",
        may_find_nothing=True,
    ),
)
"""Every specialist, in the order in which they are shown."""

BY_NAME = {specialist.name: specialist for specialist in SPECIALISTS}
