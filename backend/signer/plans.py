"""Plans as log and rows tell them, each read once however often it is told."""

from backend.db.engine import to_json
from sre_agent.domain.plan import Plan


class UnreadablePlanError(ValueError):
    """What log or row have in the place of a plan is none."""


class PlanReader:
    """Reads plans for one mint: the log, the request and the proposal tell the same one several times."""

    def __init__(self) -> None:
        self._read: dict[str, Plan] = {}

    def read(self, said: object) -> Plan:
        """Return the plan that JSON tells.

        What is told otherwise, if only by `true` for `1`, is read for itself: it has another hash.

        Raises:
            UnreadablePlanError: It tells none, or one that is nested too deeply to be hashed.
        """
        try:
            told = to_json(said)
            if told not in self._read:
                plan = Plan.model_validate(said)
                _ = plan.sha256  # kept with the plan: nobody finds out later that it has none
                self._read[told] = plan
        except (ValueError, RecursionError) as err:
            raise UnreadablePlanError("it tells no plan") from err
        return self._read[told]
