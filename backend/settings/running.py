"""What a run is judged by and bounded by, whoever runs it: a worker, or a replay of the past."""

from pathlib import Path

from pydantic import Field

from backend.settings.common import Seconds
from backend.settings.llm import LlmSettings
from backend.settings.model_bounds import ModelBoundSettings
from sre_agent.domain.inquiry import When


class RunSettings(LlmSettings, ModelBoundSettings):
    """The settings that decide what a run comes to."""

    verification_hold_seconds: Seconds = 60
    """How long the signals must stay good before anyone says resolved."""

    verification_deadline_seconds: Seconds = 600
    """How long verification waits for that, counted from the action."""

    specialist_deadline_seconds: Seconds = 30
    """How long one specialist may look; then its evidence is done without."""

    max_investigation_rounds: int = Field(default=4, ge=1, le=10)
    """How often the reflector may send specialists again."""

    brake_patience_seconds: float = Field(default=60, ge=0, le=900)
    """How long an approved action waits for a brake to end; what takes longer is handed to people."""

    second_opinion_seconds: Seconds = 30
    """How long a run waits for a language model's opinion on the causes, and as long again for its choice of
    a repair where there is one; then it goes on without."""

    llm_specialists: When = When.UNSURE
    """When a language model may choose where specialists look further: `unsure`, `always` or `never`."""

    playbook_dir: Path | None = None
    """A folder instead of the built-in playbooks."""


class ReplaySettings(RunSettings):
    """What a replay needs: the platform need not be set up for it."""

    database_url: str = Field(default="", repr=False)
    """Not used."""
