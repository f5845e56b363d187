"""What was said in an exchange with a model, as OpenTelemetry's conventions write messages down."""

import json
from typing import Any

from sre_agent.llm import cutting, fencing
from sre_agent.llm.mind import Answer, Question

MAX_CHARS = 20_000
"""Characters of one text: as many as the log of an incident keeps of an answer."""


def told(question: Question) -> dict[str, str]:
    """Return what a model was told, as it was sent: placeholders stand for what is private."""
    attributes = {
        "gen_ai.system_instructions": json.dumps([_text(question.system)]),
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [_text(question.user)]}]),
    }
    if question.tools:
        tools = [
            {"type": "function", "name": tool.name, "description": tool.description}
            for tool in question.tools
        ]
        attributes["gen_ai.tool.definitions"] = json.dumps(tools)
    return attributes


def answered(question: Question, answer: Answer) -> dict[str, str]:
    """Return what a model was told, and what it answered, as it came: nothing is put back in it."""
    return {**told(question), **_output(_parts(answer), answer.finish or "stop")}


def failed(question: Question, text: str) -> dict[str, str]:
    """Return what a model was told, and what it said that could not be used, if anything."""
    return {**told(question), **(_output([_text(text)], "error") if text else {})}


def _output(parts: list[dict[str, Any]], finish: str) -> dict[str, str]:
    said = {"role": "assistant", "parts": parts, "finish_reason": finish}
    return {"gen_ai.output.messages": json.dumps([said])}


def _parts(answer: Answer) -> list[dict[str, Any]]:
    if answer.value is not None:
        return [_text(answer.value.model_dump_json())]
    if answer.tool_calls:
        return [
            {
                "type": "tool_call",
                "name": _cut(call.tool),
                "arguments": _cut(json.dumps(dict(call.arguments), default=str)),
            }
            for call in answer.tool_calls
        ]
    return [_text(answer.text)]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "content": _cut(text)}


def _cut(text: str) -> str:
    return cutting.cut(fencing.clean(text[: 2 * MAX_CHARS]), MAX_CHARS)
