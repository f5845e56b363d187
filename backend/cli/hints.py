"""What to do next, in commands: the API speaks of its routes and fields, which nobody at a terminal has."""

import re
from collections.abc import Mapping
from typing import Any

_ID = r"(?P<id>[^\s/?,;`]+?)"
_END = r"(?=[\s,;:.`]*(?:\s|$)|[,;`])"

# The longer routes come first: each is a part of the next.
_COMMANDS = (
    (rf"GET /api/v1/incidents/{_ID}/(?:plan|causes)", r"`sre-agent show \g<id>`"),
    (r"GET \.\.\./events\?wait_s=\d+", "`sre-agent watch`"),
    (r"POST /api/v1/audit/exports", "`sre-agent audit export FILE`"),
    (rf"GET /api/v1/audit/verify\?incident={_ID}", r"`sre-agent audit verify --incident \g<id>`"),
    (rf"POST /api/v1/incidents/{_ID}/reinvestigate", r"`sre-agent reinvestigate \g<id>`"),
    (rf"GET /api/v1/incidents/{_ID}", r"`sre-agent show \g<id>`"),
    (r"GET /api/v1/incidents", "`sre-agent incidents`"),
    (rf"GET /api/v1/clusters/{_ID}/health", r"`sre-agent clusters health \g<id>`"),
    (rf"DELETE /api/v1/clusters/{_ID}", r"`sre-agent clusters disconnect \g<id>`"),
    (r"GET /api/v1/clusters", "`sre-agent clusters list`"),
    (r"POST /api/v1/clusters", "`sre-agent clusters connect`"),
    (r"GET /api/v1/users", "`sre-agent users list`"),
    (r"GET /api/v1/tokens", "`sre-agent tokens list`"),
    (r"GET /api/v1/runbooks", "`sre-agent runbooks search`"),
    (r"GET /api/v1/changes", "`sre-agent changes`"),
    (r"GET /api/v1/slos", "`sre-agent slo list`"),
    (rf"DELETE /api/v1/freezes/{_ID}", r"`sre-agent freeze remove \g<id>`"),
    (r"GET /api/v1/freezes", "`sre-agent freeze list`"),
    (r"GET /ready", "`sre-agent doctor`"),
)

# The longer texts come first here too.
_WORDS = (
    (
        "Correct the fields named under `errors` and send again",
        "Correct what is named and try again",
    ),
    ("Sign in, or send `Authorization: Bearer <token>`", "Set SRE_AGENT_TOKEN to a token"),
    ("Send `Authorization: Bearer <token>`", "Set SRE_AGENT_TOKEN to a token"),
    (
        "a later `since`, an earlier `until`, or one incident",
        "a later --since, an earlier --until, or one --incident",
    ),
    (
        "Send wrong with actual_class and actual_object",
        "Say wrong with --actual-class and --actual-object",
    ),
    ("Send an expires_at in the future, or none", "Give --days of 1 or more, or none"),
    ("Send an expires_at within ten years, or none", "Give fewer --days, or none"),
    (
        "connected cluster that has a runbooks server: ?cluster=…",
        "connected cluster that has a runbooks server",
    ),
    ("List yours with GET /api/v1/ask/threads", "Leave --thread out to begin a new one"),
    ("`detail` says", "this message says"),
    ("`detail` names", "this message names"),
    ("what `checks` names", "what the checks name"),
    ("Send again", "Try again"),
    ("send again", "try again"),
)

_FLAGS: Mapping[str, str] = {
    "actual_class": "--actual-class",
    "actual_object": "--actual-object",
    "clusters": "--cluster",
    "cluster": "--cluster",
    "comment": "--comment",
    "ends_at": "--to",
    "environments": "--environment",
    "expires_at": "--days",
    "fault_class": "--fault-class",
    "hint": "--hint",
    "limit": "--limit",
    "namespaces": "--namespace",
    "note": "--note",
    "object": "--object",
    "plan_sha256": "--plan",
    "reason": "--reason",
    "since": "--since",
    "specialist": "--specialist",
    "starts_at": "--from",
    "status": "--status",
    "tool": "TOOL",
    "until": "--until",
    "verdict": "right or wrong",
    "without": "--without",
}
"""How what the API calls so is given to a command."""

_NO_OFFSET = "Input should have timezone info"


def for_terminal(hint: str) -> str:
    """Return an API's hint with routes replaced by the commands that call them, fields by their flags."""
    for route, command in _COMMANDS:
        hint = re.sub(f"{route}{_END}", command, hint)
    for said, told in _WORDS:
        hint = hint.replace(said, told)
    return hint


def detail(problem: Mapping[str, Any]) -> str:
    """Return what is wrong in a refusal, each field by the flag that gives it."""
    errors = problem.get("errors")
    if not isinstance(errors, list) or not errors:
        return str(problem.get("detail") or "")
    return "; ".join(_field(item) for item in errors if isinstance(item, Mapping))


def _field(item: Mapping[str, Any]) -> str:
    field, said = str(item.get("field") or ""), str(item.get("message") or "")
    if said == _NO_OFFSET:
        said = "say the zone too, as in 2026-12-20T08:00:00+01:00 or 2026-12-20T07:00:00Z"
    first, _, rest = field.removeprefix("body.").partition(".")
    place = _FLAGS.get(first, first) + (f" {rest}" if rest else "")
    return f"{place}: {said}" if place else said
