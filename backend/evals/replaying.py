"""Replays as the command line asks for them: the settings' rules, another policy, another model."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from backend.bootstrap import judging
from backend.clock import SystemClock
from backend.evals.incident_logs import IncidentLog
from backend.llm.budgets import Budgets
from backend.llm.purse import Bill, Purse
from backend.llm.roles import roles_of
from backend.settings.llm import AUTO, NONE
from backend.settings.running import ReplaySettings
from sre_agent.config import permissions
from sre_agent.domain.errors import PermanentError
from sre_agent.graph.context import Rules
from sre_agent.llm.planner import Chooser
from sre_agent.llm.providers.kinds import OLLAMA, PROVIDERS
from sre_agent.llm.reflector import SecondMind
from sre_agent.replay import recording

if TYPE_CHECKING:
    from sre_agent.replay.playing import Replayed


@dataclass(frozen=True)
class Taken:
    """One replay: what came of it, what models took of it, and how long it was under way."""

    replayed: "Replayed"
    bills: tuple[Bill, ...]
    seconds: float


@dataclass(frozen=True)
class Replays:
    """Runs logs again by the same rules, and with the same model if one is to be asked."""

    rules: Rules
    mind: SecondMind | None
    chooser: Chooser | None
    purse: Purse

    async def play(self, log: IncidentLog, run: int | None = None) -> Taken:
        """Run one again, the newest unless another one is meant.

        Raises:
            UnfitLogError: The log does not hold what a replay needs.
        """
        from sre_agent.replay import playing  # noqa: PLC0415 - the graph takes half a second to load

        before, began_s = len(self.purse.bills), time.perf_counter()
        wanted = recording.read(log.events, run)
        self.purse.begin_replay()
        found = await playing.play(wanted, self.rules, self.mind, self.chooser)
        if log.broken:
            found = replace(found, notes=(log.broken, *found.notes))
        bills = tuple(self.purse.bills.values())[before:]
        return Taken(found, bills, time.perf_counter() - began_s)


@asynccontextmanager
async def opened(
    settings: ReplaySettings, *, policy: Path | None = None, model: str = ""
) -> AsyncIterator[Replays]:
    """Yield what runs logs again; a model is asked only where one is named.

    Raises:
        PermanentError: The policy denies everything, or the model cannot be asked.
    """
    rules = await asyncio.to_thread(_rules, settings, policy)
    purse = Purse(Budgets.of(settings))
    if not model:
        yield Replays(rules, None, None, purse)
        return
    asked = asking(settings, model)
    async with roles_of(asked, purse, SystemClock(), None) as roles:
        if roles.reflector is None:
            raise PermanentError(f"no model is asked: {asked.llm_provider} does not answer")
        yield Replays(rules, roles.reflector, roles.planner, purse)


def asking(settings: ReplaySettings, model: str) -> ReplaySettings:
    """Return the settings with the model named, as `provider/model` or of the provider they name.

    Of another provider than theirs, neither address nor key of theirs is used.
    """
    named, _, rest = model.partition("/")
    own = OLLAMA.name if settings.llm_provider in {AUTO, NONE} else settings.llm_provider
    provider, name = (named, rest) if named in PROVIDERS and rest else (own, model)
    update = {"llm_provider": provider, "llm_model": name, "llm_model_escalation": ""}
    if provider != own:
        elsewhere = {"llm_base_url": "", "llm_api_base_url": "", "llm_api_key": None}
        return settings.model_copy(update={**update, **elsewhere, "llm_local": False})
    return settings.model_copy(update=update)


def _rules(settings: ReplaySettings, policy: Path | None) -> Rules:
    rules = judging.rules(settings)
    if policy is not None:
        rules = replace(rules, policy=permissions.load_policy(rules.allowlist, policy))
    if rules.policy.fault is not None:
        raise PermanentError(
            f"this policy denies everything: {rules.policy.fault}; sre-agent policy check tells all "
            "faults"
        )
    return rules
