"""From a provider's message to what was asked for; whatever does not fit is said to be invalid."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from pydantic import BaseModel, ValidationError

from sre_agent.llm import exchange
from sre_agent.llm.mind import (
    MindAnswerInvalidError,
    MindRefusedError,
    Question,
    ToolRequest,
    Usage,
)
from sre_agent.llm.providers.shaping import ANSWER_TOOL

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

MAX_TOOL_CALLS = 8
MAX_SAID = 64 * 1024
"""Characters of an answer; the longest that is asked for has 1,200 tokens. Whoever takes one apart,
searches and checks it does so while nothing else runs."""
MAX_TEXT_KEPT = 4000
_PROBLEMS_TOLD = 3
_STATED_MAX = 50_000_000
_THOUGHT = "</think>"
"""Ends what a model thinks aloud; how that begins is often not in its answer, but in what it is told."""

_WORD = re.compile(rb"[A-Za-z\x80-\xff]{1,16}|[0-9]{1,3}")
"""What takes a token at least. Tokenizers cut a text at spaces and signs, and letters from digits, before
they look for tokens: none goes over the end of a word, or holds more than three digits. A longer word, or
a sentence of a script without spaces, has a token for every 16 bytes: fewer than ordinary text ever took."""

_CUT = frozenset({"length", "max_tokens", "MAX_TOKENS", "max_output_tokens"})
_REFUSED = frozenset(
    {"content_filter", "refusal", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII"}
)


def check_size(message: "AIMessage") -> None:
    """Look at how much the model said, what it thought aside.

    Raises:
        MindAnswerInvalidError: It is more than anybody asks for, and too much to be taken apart.
    """
    if len(text(message)) + sum(map(len, _calls(message))) > MAX_SAID:
        told = f"the answer has more than {MAX_SAID} characters"
        raise MindAnswerInvalidError(told, text=kept(message))


def check_end(message: "AIMessage") -> None:
    """Look at why the model stopped.

    Raises:
        MindRefusedError: It, or a filter before it, did not want to answer.
        MindAnswerInvalidError: It was cut off.
    """
    said, reason = message.response_metadata, finish(message)
    blocked = said.get("prompt_feedback") or {}
    refused = message.additional_kwargs.get("refusal") or _refusal(message)
    if (
        reason in _REFUSED
        or refused
        or (isinstance(blocked, Mapping) and blocked.get("block_reason"))
    ):
        words = exchange.plainly(str(refused or reason or "blocked"))
        raise MindRefusedError(f"the model does not want to answer: {words}")
    if reason in _CUT:
        raise MindAnswerInvalidError(
            "the answer was cut off: it did not fit into its tokens "
            "(a model that thinks before it answers needs LLM_THINKING_TOKENS)",
            text=kept(message),
        )
    if said.get("model_provider") == "ollama" and said.get("done") is not True:
        raise MindAnswerInvalidError("the answer broke off before its end", text=kept(message))


def finish(message: "AIMessage") -> str:
    """Return why the model stopped, in its server's words; nothing where it does not say."""
    said = message.response_metadata
    details = said.get("incomplete_details") or {}
    return str(
        said.get("finish_reason")
        or said.get("done_reason")
        or said.get("stop_reason")
        or (details.get("reason") if isinstance(details, Mapping) else "")
        or ""
    )


def served_by(message: "AIMessage") -> str:
    """Return the model that answered, as its server calls it; nothing where it does not say."""
    said = message.response_metadata
    return str(said.get("model_name") or said.get("model") or "")


def value(message: "AIMessage", schema: type[BaseModel]) -> BaseModel:
    """Return the answer as an instance of the schema.

    Raises:
        MindAnswerInvalidError: It is none; the message names what is wrong, not what was said.
    """
    try:
        for call in message.tool_calls:
            if call["name"] == ANSWER_TOOL:
                return schema.model_validate(call["args"])
        return schema.model_validate_json(_json_in(text(message)))
    except ValidationError as error:
        raise MindAnswerInvalidError(_told(error), text=kept(message)) from None
    except RecursionError:
        raise MindAnswerInvalidError("the answer is nested too deep", text=kept(message)) from None


def tool_requests(message: "AIMessage", question: Question) -> tuple[ToolRequest, ...]:
    """Return the calls that the model would like to see made.

    Raises:
        MindAnswerInvalidError: They cannot be read, are too many, or of tools that it was not given.
    """
    if message.invalid_tool_calls:
        raise MindAnswerInvalidError("a call of a tool cannot be read", text=kept(message))
    found = tuple(ToolRequest(call["name"], call["args"]) for call in message.tool_calls)
    if len(found) > MAX_TOOL_CALLS:
        raise MindAnswerInvalidError(f"{len(found)} calls of tools at once", text=kept(message))
    unknown = {call.tool for call in found} - {tool.name for tool in question.tools}
    if unknown:
        named = exchange.plainly(min(unknown))
        raise MindAnswerInvalidError(
            f"it asked for {named}, which it was not given", text=kept(message)
        )
    return found


def usage(message: "AIMessage", asked: Sequence[str]) -> Usage:
    """Return what the provider counted, or an estimate where it did not or cannot be right."""
    counts: Mapping[str, Any] = message.usage_metadata or {}
    said, took, gave = _said(message), counts.get("input_tokens"), counts.get("output_tokens")
    if _can_be(took, asked) and _can_be(gave, said):
        return Usage(input_tokens=took, output_tokens=gave)
    return Usage(input_tokens=estimated(*asked), output_tokens=estimated(*said), is_estimated=True)


def told_by(question: Question) -> tuple[str, ...]:
    """Return what a question is sure to tell a model: its texts, and which tools there are."""
    tools = (f"{tool.name} {tool.description}" for tool in question.tools)
    return (question.system, question.user, *tools)


def estimated(*texts: str) -> int:
    """Return about how many tokens texts are: rather too many than too few."""
    return sum(-(-len(text.encode("utf-8", "replace")) // 3) for text in texts)


def _said(message: "AIMessage") -> tuple[str, ...]:
    """Return the text of an answer, and each call of a tool as text."""
    return (str(message.text), *_calls(message))


def _calls(message: "AIMessage") -> tuple[str, ...]:
    return tuple(f"{call['name']} {call['args']}" for call in message.tool_calls)


def text(message: "AIMessage") -> str:
    """Return what the model said, without what it thought aloud before: some servers leave that in."""
    before, end, after = str(message.text).partition(_THOUGHT)
    return after.lstrip() if end else before


def kept(message: "AIMessage") -> str:
    """Return what the model said, as far as it is kept."""
    return text(message)[:MAX_TEXT_KEPT]


def _refusal(message: "AIMessage") -> str:
    """Return the words of a refusal that is a part of the answer, as the responses API sends it."""
    parts = message.content if isinstance(message.content, list) else ()
    words = (part.get("refusal") for part in parts if isinstance(part, dict))
    return next((str(word) for word in words if word), "")


def _can_be(stated: Any, texts: Sequence[str]) -> TypeGuard[int]:
    """Return whether a count of texts can be right: who understates would be asked for less than it takes."""
    return isinstance(stated, int) and _least(texts) <= stated <= _STATED_MAX


def _least(texts: Sequence[str]) -> int:
    """Return how many tokens texts have at least; of a giant one only the beginning is looked at."""
    heads = (text[:MAX_SAID].encode("utf-8", "replace") for text in texts)
    return sum(1 for head in heads for _ in _WORD.finditer(head))


def _json_in(text: str) -> str:
    """Return the JSON object in a text, without the words and marks that small models put around it."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _told(error: ValidationError) -> str:
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    told = [
        f"{'.'.join(map(str, problem['loc'])) or 'the answer'}: {problem['msg']}"
        for problem in problems[:_PROBLEMS_TOLD]
    ]
    return exchange.plainly("the answer does not fit its schema: " + "; ".join(told))
