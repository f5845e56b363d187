"""Commands about language models: which one is asked, what it can do, and what it took."""

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from backend.cli import model_use
from backend.cli.plain import escape
from backend.cli.session import client, console
from backend.llm import choosing
from backend.llm.choosing import Choice
from backend.plain import plain
from backend.settings.llm import AUTO, LlmSettings, ModelCheckSettings
from sre_agent.llm import checking, prices
from sre_agent.llm.chat import Chat
from sre_agent.llm.checking import Finding
from sre_agent.llm.prices import PriceList
from sre_agent.llm.providers.place import Place
from sre_agent.llm.thinking import Thinking
from sre_agent.llm.tries import Repairing

models = typer.Typer(help="The language models that are asked.", no_args_is_help=True)

_HOURS_MAX = 24 * 366
_NO_MODEL = "No model is asked: the platform diagnoses, plans, acts and verifies without one."
_NONE_FOUND = (
    "LLM_PROVIDER is auto, and no Ollama with the model was found. To use one: start Ollama and "
    "`ollama pull llama3.2`, or name a provider (docs/models.md)."
)


@dataclass(frozen=True)
class _Checked:
    """What was found of one model."""

    model: str
    base_url: str
    is_local: bool
    usd_per_million_tokens: str
    findings: tuple[Finding, ...]


@models.command()
def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask the configured models a few small things, and say what works; 1 where something does not."""
    settings = ModelCheckSettings.load()
    costs = prices.load(settings.llm_prices_file)
    choice = asyncio.run(choosing.choose(settings))
    if choice is None:
        why = _NONE_FOUND if settings.llm_provider == AUTO else "LLM_PROVIDER is none."
        _tell_none(why, as_json=as_json)
        return
    checked = asyncio.run(_check_all(choice, costs, settings))
    if as_json:
        told = {"told": choice.lack} if choice.lack else {}
        typer.echo(json.dumps({"models": [asdict(item) for item in checked], **told}, indent=2))
    else:
        for item in checked:
            _tell(item)
        if choice.lack:
            console.print(f"[red]wrong[/] {escape(plain(choice.lack))}", soft_wrap=True)
    if choice.lack or not all(finding.is_ok for item in checked for finding in item.findings):
        raise typer.Exit(1)


@models.command()
def use(
    hours: Annotated[int, typer.Option(min=1, max=_HOURS_MAX, help="How many hours back.")] = 24,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what models took of the organization, and what became of what they were asked."""
    found = client().get("/api/v1/model-use", hours=hours)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    if not found["models"]:
        console.print(f"No model was asked in the last {hours} h.")
        return
    for told in (*model_use.lines(found["models"]), *model_use.asked(found["questions"])):
        console.print(told, soft_wrap=True)


async def _check_all(choice: Choice, costs: PriceList, settings: LlmSettings) -> list[_Checked]:
    places = [choice.small, *([choice.large] if choice.large else [])]
    return [await _check_one(place, costs, settings) for place in places]


async def _check_one(place: Place, costs: PriceList, settings: LlmSettings) -> _Checked:
    chat = Chat(place)
    try:
        await chat.load()  # loading the client takes seconds, and says nothing of the model
        mind = Thinking(Repairing(chat), settings.llm_thinking_tokens)
        findings = await checking.check(mind, deadline_s=settings.llm_timeout_seconds)
    finally:
        await chat.close()
    price = costs.of(place.name)
    return _Checked(
        model=place.name,
        base_url=place.base_url,
        is_local=place.is_local,
        usd_per_million_tokens=f"{price.input} read, {price.output} written"
        if price
        else "unknown",
        findings=findings,
    )


def _tell_none(why: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"models": [], "told": why}))
        return
    console.print(escape(_NO_MODEL), soft_wrap=True)
    console.print(escape(why), soft_wrap=True)


def _tell(item: _Checked) -> None:
    console.print(
        f"[bold]{escape(plain(item.model))}[/] at {escape(item.base_url)}", soft_wrap=True
    )
    for finding in item.findings:
        mark = "[green]ok[/]   " if finding.is_ok else "[red]wrong[/]"
        told = escape(plain(finding.told))
        console.print(f"  {mark} {finding.test:<18} {told}", soft_wrap=True)
        if finding.advice:
            console.print(f"        {escape(finding.advice)}", soft_wrap=True)
    cost = escape(item.usd_per_million_tokens)
    console.print(f"  dollars per million tokens: {cost}", soft_wrap=True)
