"""How a question is put to each kind of server, so that it keeps to the schema or knows the tools."""

from typing import Any

from pydantic import BaseModel

from sre_agent.domain import canonical
from sre_agent.llm.mind import Question, ToolSpec
from sre_agent.llm.providers.kinds import Protocol, Structured
from sre_agent.llm.providers.place import Place

ANSWER_TOOL = "answer"
"""What a server that keeps to schemas only in calls is made to call."""

_TOLD = "\n\nAnswer with one JSON object that fits this JSON schema, and with nothing else:\n"


def system_text(question: Question, place: Place, structured: Structured) -> str:
    """Return the system text, with the schema where the server has to be told."""
    if question.schema is None or place.provider.protocol is Protocol.ANTHROPIC:
        return question.system
    if structured is Structured.SCHEMA and not place.provider.schema_in_prompt:
        return question.system
    return question.system + _TOLD + canonical.dumps(_schema(question.schema))


def options(question: Question, place: Place, structured: Structured) -> dict[str, Any]:
    """Return what is sent beside the messages, in the words of the provider's client."""
    return {**_room(question, place), **_shape(question, place, structured)}


def tools(question: Question) -> list[dict[str, Any]]:
    """Return the tools in the form that every client understands."""
    return [_described(tool) for tool in question.tools]


def _room(question: Question, place: Place) -> dict[str, Any]:
    room = question.max_output_tokens
    match place.provider.protocol:
        case Protocol.OLLAMA:
            return {
                "options": {"num_predict": room, "temperature": 0, "num_ctx": _window(question)}
            }
        case Protocol.OPENAI | Protocol.ANTHROPIC:
            return {"max_tokens": room}
        case Protocol.GOOGLE:
            return {"max_output_tokens": room}


def _window(question: Question) -> int:
    """Return a context that holds question and answer: Ollama's own cuts the beginning off, silently."""
    told = len(question.system) + len(question.user) + len(canonical.dumps(tools(question)))
    tokens = told // 2 + question.max_output_tokens + 1024
    return max(4096, -(-tokens // 2048) * 2048)


def _shape(question: Question, place: Place, structured: Structured) -> dict[str, Any]:
    if question.schema is None:
        return {}
    schema = _schema(question.schema)
    match place.provider.protocol:
        case Protocol.OLLAMA:
            return {"format": schema}
        case Protocol.ANTHROPIC:
            tool = {
                "name": ANSWER_TOOL,
                "description": "Give the answer.",
                "input_schema": schema,
            }
            return {"tools": [tool], "tool_choice": {"type": "tool", "name": ANSWER_TOOL}}
        case Protocol.GOOGLE:
            return {"response_mime_type": "application/json", "response_json_schema": schema}
        case Protocol.OPENAI:
            return _openai_format(schema, structured)


def _openai_format(schema: dict[str, Any], structured: Structured) -> dict[str, Any]:
    match structured:
        case Structured.SCHEMA:
            named = {"name": ANSWER_TOOL, "schema": schema, "strict": False}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case Structured.JSON:
            return {"response_format": {"type": "json_object"}}
        case Structured.TOLD:
            return {}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _described(tool: ToolSpec) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": function}
