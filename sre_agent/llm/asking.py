"""One question to a mind, put so that nothing it does can cost more than its own answer.

Slow, silent, broken or hostile: what comes back is a value that the caller's own check has passed, or a
note why there is none.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from sre_agent.domain import canonical
from sre_agent.domain.model import Value
from sre_agent.llm import cutting, fencing
from sre_agent.llm.facts import plain
from sre_agent.llm.mind import (
    Answer,
    Mind,
    MindAnswerInvalidError,
    MindError,
    Question,
    Spent,
    ToolRequest,
)
from sre_agent.llm.redaction import Redactor

Form = TypeVar("Form", bound=BaseModel)
Checked = TypeVar("Checked")

MAX_LOGGED = 20_000
"""Characters of an answer that the log keeps."""
_GRACE_S = 1.0
"""A door that keeps its deadline is given this to say so itself."""
NOTE = 300
"""Characters of a note."""
_MAX_CALLS_LOGGED = 50


class Exchange(Value):
    """One exchange as the log keeps it, secrets masked: what was sent, what came back, what it took.

    `tools` are those that were offered, as JSON.
    """

    system: str
    user: str
    tools: str = ""
    answer: str = ""
    spent: tuple[Spent, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply(Generic[Checked]):
    """What came of a question: a value, or a note why there is none."""

    model: str
    exchange: Exchange
    value: Checked | None = None
    note: str = ""


async def put(
    mind: Mind,
    question: Question,
    redactor: Redactor,
    form: type[Form],
    check: Callable[[Form], Checked],
) -> Reply[Checked]:
    """Ask once, for an answer of a form. Nothing but the end of the process keeps this from returning.

    Args:
        mind: who is asked.
        question: what; its schema is `form`.
        redactor: masks what the log keeps.
        form: the shape of the answer.
        check: makes of an answer what is left of it; where it fails, the answer is lost.
    """
    return await _exchanged(mind, question, redactor, lambda answer: check(_value(answer, form)))


async def put_tools(
    mind: Mind,
    question: Question,
    redactor: Redactor,
    check: Callable[[Sequence[ToolRequest]], Checked],
) -> Reply[Checked]:
    """Ask once which of the question's tools to call, as `put` does. Mere words ask for none of them."""
    return await _exchanged(mind, question, redactor, lambda answer: check(answer.tool_calls))


async def _exchanged(
    mind: Mind, question: Question, redactor: Redactor, read: Callable[[Answer], Checked]
) -> Reply[Checked]:
    sent = Exchange(
        system=redactor.redact(question.system),
        user=redactor.redact(fencing.clean(question.user)),
        tools=redactor.redact(_offered(question)),
    )
    try:
        async with asyncio.timeout(question.deadline_s + _GRACE_S):
            answer = await mind.ask(question)
        value = read(answer)
        said: dict[str, Any] = {
            "answer": _logged(_text(answer), redactor),
            "spent": answer.spending,
        }
    except MindError as error:
        text = error.text if isinstance(error, MindAnswerInvalidError) else ""
        said = {"answer": _logged(text, redactor), "spent": error.spending}
        note = redactor.redact(plain(str(error), NOTE)) or type(error).__name__
        return Reply(mind.name, sent.model_copy(update=said), note=note)
    except TimeoutError:
        return Reply(mind.name, sent, note=f"it did not answer within {question.deadline_s:g} s")
    except Exception as error:  # noqa: BLE001 - an opinion may cost itself, and never the run
        failed = f"asking it failed: {type(error).__name__}: {error}"
        return Reply(mind.name, sent, note=redactor.redact(plain(failed, NOTE)))
    return Reply(answer.model, sent.model_copy(update=said), value)


def _value(answer: Answer, form: type[Form]) -> Form:
    """Return the answer in the form that was asked for.

    Raises:
        MindAnswerInvalidError: It is none; tools were not offered.
    """
    if isinstance(answer.value, form):
        return answer.value
    if answer.tool_calls:
        asked = ", ".join(plain(item.tool, 60) for item in answer.tool_calls[:5])
        told = f"it asked for tools that it was not given: {asked}"
        raise MindAnswerInvalidError(told, spending=answer.spending)
    raise MindAnswerInvalidError(
        "it answered in another form than asked for", text=answer.text, spending=answer.spending
    )


def _offered(question: Question) -> str:
    if not question.tools:
        return ""
    return canonical.dumps([asdict(tool) for tool in question.tools])


def _text(answer: Answer) -> str:
    if answer.tool_calls:
        told = (f"{call.tool} {dict(call.arguments)}" for call in answer.tool_calls)
        return "\n".join(islice(told, _MAX_CALLS_LOGGED))
    return answer.value.model_dump_json() if answer.value is not None else answer.text


def _logged(text: str, redactor: Redactor) -> str:
    return redactor.redact(cutting.cut(fencing.clean(text[: 2 * MAX_LOGGED]), MAX_LOGGED))
