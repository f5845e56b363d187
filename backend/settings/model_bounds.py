"""How much language models may take, per incident, hour, and organization and day; what they are told."""

from typing import Annotated

from pydantic import Field, field_validator

from backend.settings.common import CommonSettings
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.llm import allowance

Tokens = Annotated[int, Field(ge=0)]
Dollars = Annotated[float, Field(ge=0, le=1_000_000)]
Span = Annotated[float, Field(ge=0)]


class ModelBoundSettings(CommonSettings):
    """The bounds of models. 0 is no limit; what is set aside for an answer under way counts as spent."""

    max_tokens_per_incident: Tokens = 200_000
    """How many tokens, read and written, one incident may take; 0: no limit."""

    max_usd_per_incident: Dollars = 0
    """How many dollars one incident may cost; 0: no limit. A model without a known price is not asked then."""

    max_model_seconds_per_incident: Span = 600
    """How many seconds one incident may wait for models; 0: no limit."""

    max_tokens_per_hour: Tokens = 2_000_000
    """How many tokens all incidents may take in any hour; 0: no limit."""

    max_usd_per_hour: Dollars = 0
    """How many dollars all incidents may cost in any hour; 0: no limit."""

    max_model_seconds_per_hour: Span = 0
    """How many seconds all incidents may wait for models in any hour; 0: no limit."""

    max_tokens_per_organization_day: Tokens = 0
    """How many tokens an organization may take in any 24 hours; 0: no limit."""

    max_usd_per_organization_day: Dollars = 0
    """How many dollars an organization may cost in any 24 hours; 0: no limit."""

    max_model_seconds_per_organization_day: Span = 0
    """How many seconds an organization may wait for models in any 24 hours; 0: no limit."""

    llm_remote_evidence: str = Field(default="", max_length=1000)
    """What a model outside the house is told beside the shipped list, or not: `+runbooks.runbook,-logs.*`."""

    @field_validator("llm_remote_evidence", mode="after")
    @classmethod
    def _check_evidence(cls, value: str) -> str:
        try:
            allowance.load(is_local=False, changes=value)
        except InvalidConfigurationError as error:
            raise ValueError(str(error)) from None
        return value
