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
from backend.db.model_use import OVER_BUDGET, ModelQuestions, ModelUse

router = APIRouter(tags=["operations"])

_HOURS_MAX = 24 * 366
_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"

_Sample = tuple[str, float]


class ModelUseList(BaseModel):
    """What each model took since a moment, over all incidents of the organization and people's questions."""

    since: datetime
    models: list[ModelUse] = Field(description="By the model's name; empty when none was asked.")
    questions: list[ModelQuestions] = Field(
        description="What became of what was asked, by model and role; those that a limit did not allow, too."
    )


@router.get("/api/v1/model-use")
async def show_model_use(
    context: Context, actor: Viewer, hours: Annotated[int, Query(ge=1, le=_HOURS_MAX)] = 24
) -> ModelUseList:
    """Show what language models took in the last hours: tokens, dollars and seconds by model."""
    since = context.clock.now() - timedelta(hours=hours)
    async with context.engine.connect() as connection:
        found = await model_use.of_organization(connection, actor.org_id, since=since)
        asked = await model_use.questions(connection, actor.org_id, since=since)
    return ModelUseList(since=since, models=found, questions=asked)


@router.get("/metrics", include_in_schema=False)
async def expose_metrics(context: Context, actor: Viewer) -> PlainTextResponse:
    """Show what models ever took of the organization, in Prometheus's text format."""
    async with context.engine.connect() as connection:
        found = await model_use.of_organization(connection, actor.org_id)
        asked = await model_use.questions(connection, actor.org_id)
    return PlainTextResponse("\n".join((*_lines(found, asked), "")), media_type=_EXPOSITION)


def _lines(uses: list[ModelUse], asked: list[ModelQuestions]) -> Iterator[str]:
    """Yield the lines of each family; a model whose price nobody knows has no cost."""
    families: dict[str, list[_Sample]] = {
        "calls": [(_labels(model=use.model), use.calls) for use in uses],
        "questions": list(_asked(asked)),
        "refusals": list(_refused(asked)),
        "tokens": [sample for use in uses for sample in _tokens(use)],
        "usd": [(_labels(model=use.model), use.usd) for use in uses if use.usd is not None],
        "seconds": [(_labels(model=use.model), use.seconds) for use in uses],
    }
    for name, samples in families.items():
        yield f"# TYPE sre_agent_model_{name} counter"
        yield from (f"sre_agent_model_{name}_total{{{label}}} {value}" for label, value in samples)


def _tokens(use: ModelUse) -> Iterator[_Sample]:
    yield _labels(model=use.model, direction="input"), use.input_tokens
    yield _labels(model=use.model, direction="output"), use.output_tokens
    yield _labels(model=use.model, direction="lost"), use.tokens_set_aside


def _asked(asked: list[ModelQuestions]) -> Iterator[_Sample]:
    """Yield the questions by role and outcome, whatever refused them."""
    counts: dict[str, int] = {}
    for item in asked:
        labels = _labels(model=item.model, role=item.role, outcome=item.outcome)
        counts[labels] = counts.get(labels, 0) + item.count
    yield from counts.items()


def _refused(asked: list[ModelQuestions]) -> Iterator[_Sample]:
    """Yield the questions that were not asked, by the setting that did not allow them."""
    for item in asked:
        if item.outcome == OVER_BUDGET:
            labels = _labels(model=item.model, role=item.role, limit=item.refused_by or "")
            yield labels, item.count


def _labels(**values: str) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
