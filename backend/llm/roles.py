"""Who is asked what of a language model: a mind on a leash, its prompts, and what it may be told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from backend.llm.keys import placeholder_key
from backend.llm.minds import Minds
from backend.llm.opening import open_mind
from backend.settings.running import RunSettings
from sre_agent import ports
from sre_agent.domain.incident import Incident
from sre_agent.llm import prices
from sre_agent.llm.inquirer import SpecialistMinds
from sre_agent.llm.leash import Ledger
from sre_agent.llm.planner import PlannersModel
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.reflector import Reflector
from sre_agent.llm.reporter import Reporter
from sre_agent.llm.spans import Spans


@dataclass(frozen=True)
class Roles:
    """What a model is asked to be in a run; a platform without models has none of them."""

    specialists: SpecialistMinds | None = None
    reflector: Reflector | None = None
    planner: PlannersModel | None = None
    reporter: Reporter | None = None
    spans: Spans | None = None
    """Who watches what is asked; without a collector nobody does."""


NO_ROLES = Roles()


@asynccontextmanager
async def roles_of(
    settings: RunSettings, ledger: Ledger, clock: ports.Clock, secrets_key: SecretStr | None
) -> AsyncIterator[Roles]:
    """Yield what asks the mind that the settings choose.

    Without a key the placeholders are this process's own.

    Raises:
        SettingsError: A provider is named, and something that it needs is missing.
    """
    costs = prices.load(settings.llm_prices_file)

    def redactor(incident: Incident) -> Redactor:
        return Redactor(placeholder_key(secrets_key, incident.id))

    async with open_mind(settings) as opened:
        if opened is None:
            yield NO_ROLES
            return
        minds = Minds(
            mind=opened.mind,
            ledger=ledger,
            prices=costs,
            clock=clock,
            secrets_key=secrets_key,
            exchanges=opened.exchanges,
            larger=opened.larger,
            thinking_tokens=settings.llm_thinking_tokens,
            spans=opened.spans,
        )
        yield Roles(
            specialists=SpecialistMinds(
                mind_for=minds.of,
                redactor_for=redactor,
                when=settings.llm_specialists,
                allowance=settings.llm_remote_evidence,
                prompts=settings.llm_prompts_dir,
                deadline_s=settings.second_opinion_seconds,
            ),
            spans=opened.spans,
            reflector=Reflector(
                mind_for=minds.of,
                redactor_for=redactor,
                allowance=settings.llm_remote_evidence,
                prompts=settings.llm_prompts_dir,
                deadline_s=settings.second_opinion_seconds,
            ),
            planner=PlannersModel(
                mind_for=minds.of,
                redactor_for=redactor,
                allowance=settings.llm_remote_evidence,
                prompts=settings.llm_prompts_dir,
                deadline_s=settings.second_opinion_seconds,
            ),
            reporter=Reporter(
                mind_for=minds.of,
                redactor_for=redactor,
                prompts=settings.llm_prompts_dir,
                deadline_s=settings.llm_timeout_seconds,
            ),
        )
