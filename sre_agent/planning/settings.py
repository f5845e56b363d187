"""What every plan is made with, beside the playbooks."""

from dataclasses import dataclass

from sre_agent.domain.catalogue import Catalogue


@dataclass(frozen=True, kw_only=True)
class PlanningSettings:
    """What each class of fault means, and how a repair is verified.

    `hold_s` is for how long the signals have to keep to their bounds, within `deadline_s` seconds
    of the action.
    """

    catalogue: Catalogue
    hold_s: float = 30.0
    deadline_s: float = 300.0
