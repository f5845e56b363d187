"""Who is asked for a second opinion: a mind on a leash, its prompts, and what it may be told."""

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.llm.budgets import Budgets
from backend.llm.keys import placeholder_key
from backend.llm.ledger import PostgresLedger
from backend.llm.minds import Minds
from backend.settings import WorkerSettings
from sre_agent import ports
from sre_agent.domain.incident import Incident
from sre_agent.llm.leash import Prices
from sre_agent.llm.mind import Mind
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.reflector import Reflector


def reflector(
    settings: WorkerSettings,
    engine: AsyncEngine,
    clock: ports.Clock,
    mind: Mind,
    prices: Prices,
    *,
    exchanges: int = 1,
) -> Reflector:
    """Return what asks a mind. `exchanges` is how many one question may hold: repairs, larger models."""
    minds = Minds(
        mind=mind,
        ledger=PostgresLedger(engine, Budgets.of(settings)),
        prices=prices,
        clock=clock,
        secrets_key=settings.secrets_key,
        exchanges=exchanges,
    )

    def redactor(incident: Incident) -> Redactor:
        return Redactor(placeholder_key(settings.secrets_key, incident.id))

    return Reflector(
        mind_for=minds.of,
        redactor_for=redactor,
        allowance=settings.llm_remote_evidence,
        prompts=settings.llm_prompts_dir,
        deadline_s=settings.second_opinion_seconds,
    )
