"""What to do next, in commands: the API's hints name its routes, which nobody at a terminal calls."""

import re

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
    (r"GET /api/v1/slos", "`sre-agent slo list`"),
    (rf"DELETE /api/v1/freezes/{_ID}", r"`sre-agent freeze remove \g<id>`"),
    (r"GET /api/v1/freezes", "`sre-agent freeze list`"),
    (r"GET /ready", "`sre-agent doctor`"),
)


def for_terminal(hint: str) -> str:
    """Return an API's hint with the routes that a command stands for replaced by the command."""
    for route, command in _COMMANDS:
        hint = re.sub(f"{route}{_END}", command, hint)
    return hint
