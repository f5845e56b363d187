"""Which tools a request offers to a model, in whichever dialect but Google's."""

from collections.abc import Mapping
from typing import Any

from sre_agent.llm.providers.shaping import ANSWER_TOOL


def offered(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each tool with the schemas of its arguments; what only gives an answer a form is none."""
    found = {}
    for told in body.get("tools") or ():
        tool = told.get("function", told)
        schema = tool.get("parameters") or tool.get("input_schema") or {}
        found[tool["name"]] = schema.get("properties", {})
    found.pop(ANSWER_TOOL, None)
    return found
