"""What LangSmith reads in spans beside the conventions: what kind a run is, its thread, and its messages."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sre_agent.llm.spans import Attribute

_SYSTEM, _INPUT, _OUTPUT = (
    "gen_ai.system_instructions",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
)


def kind(attributes: Mapping[str, Attribute]) -> dict[str, str]:
    """Return what a span says of itself at its beginning."""
    is_exchange = attributes.get("gen_ai.operation.name") == "chat"
    found = {"langsmith.span.kind": "llm" if is_exchange else "chain"}
    thread = attributes.get("gen_ai.conversation.id")
    if isinstance(thread, str):
        found["langsmith.metadata.thread_id"] = thread
    return found


def messages(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the messages of the conventions as LangSmith shows them."""
    prompt = [
        *_plain([{"role": "system", "parts": json.loads(attributes.get(_SYSTEM, "[]"))}]),
        *_plain(json.loads(attributes.get(_INPUT, "[]"))),
    ]
    answer = [*_plain(json.loads(attributes.get(_OUTPUT, "[]")))]
    found = {"gen_ai.prompt": json.dumps({"messages": prompt})}
    if answer:
        found["gen_ai.completion"] = json.dumps({"messages": answer})
    return found


def _plain(written: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for message in written:
        parts = message["parts"]
        text = "\n".join(part["content"] for part in parts if part["type"] == "text")
        calls = [
            {"name": part["name"], "args": part["arguments"], "type": "tool_call"}
            for part in parts
            if part["type"] == "tool_call"
        ]
        yield {
            "role": message["role"],
            "content": text,
            **({"tool_calls": calls} if calls else {}),
        }
