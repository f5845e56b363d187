"""The model that answers people: opened with the first question, on the organization's account."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.llm.budgets import Budgets
from backend.llm.keys import placeholder_key
from backend.llm.ledger import PostgresLedger
from backend.llm.minds import Minds
from backend.llm.opening import Opened, open_mind
from backend.settings.api import ApiSettings
from backend.settings.common import SettingsError
from backend.settings.llm import NONE
from sre_agent import ports
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.ids import OrgId
from sre_agent.llm import allowance, prices
from sre_agent.llm.allowance import Allowance
from sre_agent.llm.mind import Mind
from sre_agent.llm.redaction import Redactor

_LOOK_AGAIN_S = 60.0
"""An Ollama that was not there may have been started since."""


@dataclass(frozen=True)
class OpenMind:
    """A mind for one question, and what it may be told."""

    mind: Mind
    allowance: Allowance
    redactor: Redactor
    deadline_s: float
    prompts: Traversable | None


class PeopleMinds:
    """Opens the model that the settings choose; use it as an async context manager."""

    def __init__(self, settings: ApiSettings, engine: AsyncEngine, clock: ports.Clock) -> None:
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._minds: Minds | None = None
        self._fault = ""
        self._looked_at: float | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def of(self, org_id: str, thread: str | None) -> OpenMind | str | None:
        """Return a mind for a question of an organization; None where there is no model.

        A sentence is returned where one is wanted and cannot be asked: it says why.
        """
        if self._settings.llm_provider == NONE:
            return None
        async with self._lock:
            if self._minds is None:
                await self._look()
        if self._minds is None:
            return self._fault or None
        about = f"ask:{org_id}:{thread or ''}"
        redactor = Redactor(placeholder_key(self._settings.secrets_key, about))
        mind = self._minds.of_person(redactor, OrgId(org_id))
        allowed = allowance.load(is_local=mind.is_local, changes=self._settings.llm_remote_evidence)
        return OpenMind(
            mind,
            allowed,
            redactor,
            self._settings.ask_model_seconds,
            self._settings.llm_prompts_dir,
        )

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._looked_at is not None and now - self._looked_at < _LOOK_AGAIN_S:
            return
        self._looked_at = now
        try:
            costs = prices.load(self._settings.llm_prices_file)
            opened = await self._stack.enter_async_context(open_mind(self._settings))
        except (SettingsError, PermanentError) as error:
            self._fault = f"No model was asked: {' '.join(str(error).split())}"
            return
        if opened is not None:
            self._minds = self._of(opened, costs)

    def _of(self, opened: Opened, costs: prices.PriceList) -> Minds:
        return Minds(
            mind=opened.mind,
            ledger=PostgresLedger(self._engine, Budgets.of(self._settings)),
            prices=costs,
            clock=self._clock,
            secrets_key=self._settings.secrets_key,
            exchanges=opened.exchanges,
            larger=opened.larger,
            thinking_tokens=self._settings.llm_thinking_tokens,
            spans=opened.spans,
        )
