"""Commands about the policy: is it sound, what does it rule, what would another have ruled."""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from backend.cli import past_rulings, policy_here, telling_rulings
from backend.cli.moments import moment
from backend.cli.plain import escape
from backend.cli.session import client, console
from backend.plain import plain
from sre_agent.domain import yaml_text
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.ruling import PolicyRuling, Ruling
from sre_agent.safety import examination, examples, hindsight
from sre_agent.safety import policy as rules_of
from sre_agent.safety.facts import Facts
from sre_agent.safety.hindsight import Past
from sre_agent.safety.policy import Policy

policy = typer.Typer(help="The rules by which actions are ruled on.", no_args_is_help=True)

_COLOURS = {Ruling.DENY: "red", Ruling.ASK: "yellow", Ruling.ALLOW: "green"}
Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder of policy files; without it POLICY_DIR, or the built-in rules."),
]


@policy.command()
def check(folder: Folder = None) -> None:
    """Look for rules that cannot be read, fail, never hold, never have the say or contradict others."""
    rules = policy_here.load(folder)
    found, tried = examination.examine(rules)
    for item in found:
        where = f"[bold]{escape(item.rule)}[/] " if item.rule else ""
        console.print(f"[red]wrong[/] {where}{escape(plain(item.told))}", soft_wrap=True)
    if found:
        raise typer.Exit(1)
    count = f"{len(rules.rules)} rules, {len(rules.examples)} examples, {tried} cases"
    console.print(f"[green]sound[/] {count}")


@policy.command("test")
def run_examples(folder: Folder = None) -> None:
    """Rule on the examples beside the rules, and compare."""
    rules = policy_here.sound(folder)
    if not rules.examples:
        raise PermanentError("there are no examples: write some beside the rules (docs/policy.md)")
    outcomes = examples.run(rules)
    for outcome in outcomes:
        mark = "[green]ok[/]   " if outcome.fault is None else "[red]wrong[/]"
        fault = f": {outcome.fault}" if outcome.fault else ""
        console.print(f"{mark} {escape(plain(outcome.example.name + fault))}", soft_wrap=True)
    failed = sum(outcome.fault is not None for outcome in outcomes)
    console.print(f"{len(outcomes) - failed} of {len(outcomes)} examples come out as they say")
    if failed:
        raise typer.Exit(1)


@policy.command()
def explain(
    subject: Annotated[str, typer.Argument(help="An incident, or a file that gives an action.")],
    folder: Annotated[Path | None, typer.Option("--policy", help="Another policy folder.")] = None,
) -> None:
    """Show every rule in order, and what it says of an action."""
    rules = policy_here.sound(folder)
    if Path(subject).is_file():
        facts = examples.complete(rules, _given(Path(subject)))
        _tell(rules, facts, rules_of.judge(rules, facts, examples.ACTION))
        return
    if "/" in subject or Path(subject).suffix:
        raise PermanentError(f"there is no file {subject}")  # no incident's id looks like this
    rulings = past_rulings.of_incident(client(), subject)
    if not rulings:
        raise PermanentError(
            f"policy has ruled on nothing in {subject}: sre-agent show {subject} tells where it "
            "stands; a file of an action can be explained too (docs/policy.md)"
        )
    newest = [past for past in rulings if past.at == rulings[-1].at]
    for past in newest:
        facts = rules_of.see(rules, past.action, past.plan, past.incident, past.circumstances)
        console.print(f"[bold]{escape(plain(str(past.action.call)))}[/]", soft_wrap=True)
        _tell(rules, facts, hindsight.judge(rules, past).now)


@policy.command()
def backtest(
    folder: Annotated[Path, typer.Argument(help="The folder of the changed policy files.")],
    limit: Annotated[int, typer.Option(help="Only so many incidents, the newest; 0 for all.")] = 0,
) -> None:
    """Rule again on all past plans in the log, and show what would have been ruled otherwise."""
    rules = policy_here.sound(folder)
    judged = otherwise = unread = 0
    for rulings, bad in past_rulings.of_all(client(), limit):
        unread += bad
        for past in rulings:
            judged += 1
            again = hindsight.judge(rules, past)
            if again.is_otherwise:
                otherwise += 1
                _tell_otherwise(past, again.now)
    if unread:
        console.print(f"[yellow]{unread} rulings in the log cannot be read[/]")
    console.print(f"{judged} past rulings, {otherwise} would have been otherwise")


def _given(path: Path) -> dict[str, Any]:
    try:
        given = yaml_text.read(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PermanentError(f"{path} cannot be read: {error}") from error
    if not isinstance(given, dict):
        raise PermanentError(f"{path} has to give facts, such as action: {{tool: restart_rollout}}")
    return given


def _tell(rules: Policy, facts: Facts, ruled: PolicyRuling) -> None:
    for line in telling_rulings.circumstances(facts):
        console.print(f"[dim]{escape(plain(line))}[/]", soft_wrap=True)
    for trial in rules_of.trials(rules, facts):
        colour = _COLOURS[trial.rule.ruling]
        said = "holds" if trial.holds else "does not hold"
        if trial.fault is not None:
            colour, said = "red", f"denies: {trial.fault}"
        mark = (
            f"[{colour}]{trial.rule.ruling:<5}[/]"
            if trial.holds or trial.fault
            else "[dim]  -  [/]"
        )
        told = f"{mark} {escape(trial.rule.name)}: {escape(plain(said))}"
        console.print(told, soft_wrap=True)
    colour = _COLOURS[ruled.ruling]
    why = f"{ruled.rule}: {ruled.reason}"
    console.print(f"ruled [bold {colour}]{ruled.ruling}[/] by {escape(plain(why))}", soft_wrap=True)


def _tell_otherwise(past: Past, now: PolicyRuling) -> None:
    was = past.ruling
    told = (
        f"[bold]{escape(past.incident.id)}[/] {moment(past.at)} "
        f"{escape(plain(str(past.action.call)))}: [{_COLOURS[was.ruling]}]{was.ruling}[/] by "
        f"{escape(was.rule)} → [{_COLOURS[now.ruling]}]{now.ruling}[/] by "
        f"{escape(plain(f'{now.rule}: {now.reason}'))}"
    )
    console.print(told, soft_wrap=True)
