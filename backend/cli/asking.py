"""Commands that ask: one question, or a conversation."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from backend.cli.client import Client
from backend.cli.plain import escape
from backend.cli.session import client, console
from sre_agent.domain.errors import PermanentError, TransientError

Thread = Annotated[
    str | None, typer.Option(help="Go on in this thread, where `it` is what was spoken of last.")
]
_PATH = "/api/v1/ask"
_ENDS = frozenset({"exit", "quit", "bye"})
_SUPPORTS = {
    "uncited": " [yellow](the model's words, without a source)[/]",
    "unsupported": " [red](the model's words; what it cites does not say so)[/]",
}


def ask(
    question: Annotated[str, typer.Argument(help="What you would like to know.")],
    thread: Thread = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")] = False,
) -> None:
    """Ask about incidents, changes, budgets, owners and runbooks; nothing is changed by asking."""
    for step in _steps(client(), question, thread):
        if step["step"] != "done":
            if not as_json:
                _tell(step)
        elif as_json:
            typer.echo(json.dumps(step, ensure_ascii=False, indent=2))
        else:
            _tell_rest(step["answer"])
            console.print(f"[dim]thread {escape(step['thread'])}[/]")


def chat(thread: Thread = None) -> None:
    """Ask one question after the other; an empty line or `exit` ends it."""
    api = client()
    if thread is not None:
        _tell_thread(api, thread)
    while (question := _read_question()) is not None:
        try:
            for step in _steps(api, question, thread):
                _tell(step)
                if step["step"] == "done":
                    thread = step["thread"]
                    _tell_rest(step["answer"])
        except (TransientError, PermanentError) as error:
            console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
    if thread is not None:
        console.print(f"[dim]go on with: sre-agent chat --thread {escape(thread)}[/]")


def _read_question() -> str | None:
    try:
        said = console.input("[bold]>[/] ").strip()
    except EOFError:
        return None
    return None if not said or said.lower() in _ENDS else said


def _steps(api: Client, question: str, thread: str | None) -> Iterator[dict[str, Any]]:
    """Yield the steps of an answer.

    Raises:
        TransientError: Something that the answer needs is away, or it broke off.
    """
    is_done = False
    for step in api.post_lines(_PATH, {"question": question, "thread": thread}):
        if step["step"] == "failed":
            raise TransientError(f"{step['title']}. {step['hint']}")
        is_done = step["step"] == "done"
        yield step
    if not is_done:
        raise TransientError("the answer broke off: ask again")


def _tell(step: dict[str, Any]) -> None:
    if step["step"] == "said":
        sentence = step["sentence"]
        console.print(f"{escape(sentence['text'])}{_cites(sentence)}", soft_wrap=True)


def _tell_rest(answer: dict[str, Any]) -> None:
    """Tell what stands beside the sentences, and who answered where a model did."""
    for note in answer["notes"]:
        console.print(escape(note), soft_wrap=True)
    if answer["struck"]:
        console.print(f"[yellow]struck, since they do not exist: {answer['struck']} citations[/]")
    if answer["by"] != "rules":
        console.print(f"[dim]answered by {escape(answer['by'])}[/]")


def _cites(sentence: dict[str, Any]) -> str:
    told = ", ".join(_told(cite) for cite in sentence["cites"])
    where = f" [dim]{escape(f'[{told}]')}[/]" if told else ""
    return where + _SUPPORTS.get(sentence["support"], "")


def _told(cite: dict[str, Any]) -> str:
    if cite["seq"] is not None:
        return f"{cite['id']}#{cite['seq']}"
    return f"{cite['source']}:{cite['id']}"


def _tell_thread(api: Client, thread: str) -> None:
    remembered = api.get(f"{_PATH}/threads/{thread}")
    if remembered["summary"]:
        console.print(f"[dim]{escape(remembered['summary'])}[/]", soft_wrap=True)
    for turn in remembered["turns"]:
        console.print(f"[bold]>[/] {escape(turn['question'])}", soft_wrap=True)
        for sentence in turn["answer"]["sentences"]:
            _tell({"step": "said", "sentence": sentence})
        _tell_rest(turn["answer"])
