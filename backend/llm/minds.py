"""The mind of each incident or person: on an account, and deaf to what is private."""

from dataclasses import dataclass

from pydantic import SecretStr

from backend.llm.keys import placeholder_key
from sre_agent.domain.ids import IncidentId, OrgId
from sre_agent.domain.incident import Incident
from sre_agent.llm.leash import Leashed, Ledger, Prices
from sre_agent.llm.mind import Mind
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.spans import Spans
from sre_agent.llm.thinking import Thinking
from sre_agent.llm.watched import WatchedQuestion
from sre_agent.ports import Clock


@dataclass(frozen=True)
class Minds:
    """Gives out a mind, each time on a leash.

    `exchanges` is how many one question may hold, `larger` names the models beside the first in it,
    `thinking_tokens` are what a model may think with beside each answer, `spans` is who watches.
    """

    mind: Mind
    ledger: Ledger
    prices: Prices
    clock: Clock
    secrets_key: SecretStr | None
    exchanges: int = 1
    larger: tuple[str, ...] = ()
    thinking_tokens: int = 0
    spans: Spans | None = None

    def of(self, incident: Incident) -> Mind:
        """Return the mind that one incident may ask."""
        redactor = Redactor(placeholder_key(self.secrets_key, incident.id))
        return self._leashed(redactor, incident.org_id, incident.id)

    def of_person(self, redactor: Redactor, org_id: OrgId) -> Mind:
        """Return the mind that answers a person of an organization, on the organization's account."""
        return self._leashed(redactor, org_id, None)

    def _leashed(self, redactor: Redactor, org_id: OrgId, incident_id: IncidentId | None) -> Mind:
        leashed = Leashed(
            mind=self.mind,
            ledger=self.ledger,
            prices=self.prices,
            incident_id=incident_id,
            org_id=org_id,
            now=self.clock.now,
            exchanges=self.exchanges,
            larger=self.larger,
        )
        thinking = Thinking(leashed, self.thinking_tokens)
        private = Private(thinking, redactor)
        if self.spans is None:
            return private
        return WatchedQuestion(private, self.spans, incident_id)
