"""Routes of what language models took: as JSON, and as Prometheus reads it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from backend.api.auth import Viewer
from backend.api.context import Context
from backend.db import model_use
from backend.db.model_use import ModelUse

router = APIRouter(tags=["operations"])

_HOURS_MAX = 24 * 366
_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class ModelUseList(BaseModel):
    """What each model took since a moment, over all incidents of the organization."""

    since: datetime
    models: list[ModelUse] = Field(description="By the model's name; empty when none was asked.")


@router.get("/api/v1/model-use")
async def show_model_use(
    context: Context, actor: Viewer, hours: Annotated[int, Query(ge=1, le=_HOURS_MAX)] = 24
) -> ModelUseList:
    """Show what language models took in the last hours: tokens, dollars and seconds by model."""
    since = context.clock.now() - timedelta(hours=hours)
    async with context.engine.connect() as connection:
        found = await model_use.of_organization(connection, actor.org_id, since=since)
    return ModelUseList(since=since, models=found)


@router.get("/metrics", include_in_schema=False)
async def expose_metrics(context: Context, actor: Viewer) -> PlainTextResponse:
    """Show what models ever took of the organization, in Prometheus's text format."""
    async with context.engine.connect() as connection:
        found = await model_use.of_organization(connection, actor.org_id)
    return PlainTextResponse("\n".join((*_lines(found), "")), media_type=_EXPOSITION)


def _lines(uses: list[ModelUse]) -> Iterator[str]:
    """Yield the lines of each family; a model whose price nobody knows has no cost."""
    families: dict[str, list[tuple[str, float]]] = {
        "calls": [(_label(use), use.calls) for use in uses],
        "tokens": [
            sample
            for use in uses
            for sample in (
                (f'{_label(use)},direction="input"', use.input_tokens),
                (f'{_label(use)},direction="output"', use.output_tokens),
                (f'{_label(use)},direction="lost"', use.tokens_set_aside),
            )
        ],
        "usd": [(_label(use), use.usd) for use in uses if use.usd is not None],
        "seconds": [(_label(use), use.seconds) for use in uses],
    }
    for name, samples in families.items():
        yield f"# TYPE sre_agent_model_{name} counter"
        yield from (f"sre_agent_model_{name}_total{{{label}}} {value}" for label, value in samples)


def _label(use: ModelUse) -> str:
    escaped = use.model.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'model="{escaped}"'
