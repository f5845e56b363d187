"""Plans as log and rows tell them, each read once however often it is told."""

from backend.db.engine import to_json
from sre_agent.domain.plan import Plan


class PlanReader:
    """Reads plans for one mint: the log, the request and the proposal tell the same one several times."""

    def __init__(self) -> None:
        self._read: dict[str, Plan] = {}

    def read(self, said: object) -> Plan:
        """Return the plan that JSON tells.

        What is told otherwise, if only by `true` for `1`, is read for itself: it has another hash.

        Raises:
            ValidationError: It tells none.
        """
        told = to_json(said)
        if told not in self._read:
            self._read[told] = Plan.model_validate(said)
        return self._read[told]
