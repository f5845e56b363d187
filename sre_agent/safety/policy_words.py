"""What is wrong in a policy file, in the words of one who writes it: what to write instead."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

_MAPPING = "write names with values, such as `name: value`"
_RULES = "write a list of rules, each with name, ruling, when and reason"
_AS_LIST = {
    "rules": _RULES,
    "examples": "write a list of examples, each with name, given and ruling",
    "clusters": "write a list of names or wildcards, such as `[prod-*]`",
    "namespaces": "write a list of names or wildcards, such as `[shop-*]`",
}
_AS_MAPPING = {
    "": "write `rules:` with a list of rules below it (docs/policy.md)",
    "rules": "write a rule with name, ruling, when and reason",
    "bounds": "write names with whole numbers, such as `pods_max: 3`",
    "environments": "write names of environments, each with clusters, namespaces or risk_points",
    "examples": "write an example with name, given and ruling",
    "given": "write the facts that matter, such as `action: {tool: restart_rollout}`",
    "approvers": "write `{people: 2}`, `{role: admin}` or both",
    "allow_if_earned": "write `{lower_bound: 0.8, min_runs: 10}`",
}
_AS_ENTRY = {"environments": "write its clusters, namespaces or risk_points"}
_PLAINLY = {
    "missing": "it is missing: write it",
    "extra_forbidden": "nothing of that name is known here: take it out, or correct its spelling",
    "string_type": "write a text; what YAML takes for something else goes in quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
}
_BOUNDS = {
    "too_short": "it is empty: write at least one",
    "string_too_short": "it is empty: write a text",
    "too_long": "there are more than {max_length}: have fewer of them",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    "enum": "write one of {expected}",
    "literal_error": "write one of {expected}",
}
_TYPES_OF_NUMBERS = ("int_", "float_")
_TYPES_OF_LISTS = ("tuple_type", "list_type", "set_type")
_TYPES_OF_MAPPINGS = ("model_type", "dict_type", "model_attributes_type", "mapping_type")


def told(error: ErrorDetails) -> str:
    """Return where in its file something is wrong, and what to write there."""
    where = ".".join(str(part) for part in error["loc"])
    return ": ".join(part for part in (where, _advice(error)) if part)


def _advice(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    names = [part for part in error["loc"] if isinstance(part, str)]
    name = names[-1] if names else ""
    if kind in _TYPES_OF_LISTS:
        return _AS_LIST.get(name, "write a list, such as `[one, other]`")
    if kind in _TYPES_OF_MAPPINGS:
        return _AS_MAPPING.get(name) or _AS_ENTRY.get(_holder(error), _MAPPING)
    if kind.startswith(_TYPES_OF_NUMBERS):
        return f"write a {'whole ' if kind.startswith('int_') else ''}number, without quotes"
    return _PLAINLY.get(kind) or _bounded(kind, context) or _last(error)


def _holder(error: ErrorDetails) -> str:
    """Return what the thing at fault is one of: an environment is one of `environments`."""
    names = [str(part) for part in error["loc"][:-1]]
    return names[-1] if names else ""


def _bounded(kind: str, context: Mapping[str, Any]) -> str | None:
    form = _BOUNDS.get(kind)
    return None if form is None else form.format_map(context)


def _last(error: ErrorDetails) -> str:
    """Return our own words without what the library puts before them."""
    return error["msg"].removeprefix("Value error, ")
