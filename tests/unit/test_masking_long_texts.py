"""Secrets are masked in time that grows with the text, however hostile the text is."""

import json
import subprocess
import sys

import pytest

LENGTH = 50_000
BOUND_S = 60.0
"""Far more than all texts take together, and far less than where work grows as a text's square."""

CHILD = """
import importlib, json, sys
module, function, length, pieces = sys.argv[1:]
mask = getattr(importlib.import_module(module), function)
for piece in json.loads(pieces):
    many = (piece * (int(length) // len(piece)))
    shown = mask("\\u00e9 " + many + " password=hunter2 ")
    assert function == "printable" or "hunter2" not in shown, piece
"""
PIECES = (
    "a",
    "a.",
    "a-",
    "aB3_",
    "-a.",
    ".-a",
    "--a-",
    " ",
    " \t",
    "token",
    "token-",
    "token_",
    "token ",
    "token'",
    "password =",
    "--password ",
    "--password',",
    "eyJ-",
    "eyJaaaaa.",
    "eyJ-aaaa.eyJ-aaaa ",
    "a://b:",
    "://",
    "a.b://c",
    "bearer ",
    "basic-",
    "mysql",
    "mysql-",
    "mysql ",
    "mysql -p ",
    "mysql' -p",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END RSA ",
    "xoxb-",
    "sk-live-",
    "\x1b]",
)


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("sre_agent.safety.redaction", "redact"),
        ("mcp_servers.kubernetes.secrets", "clean_text"),
        ("mcp_servers.common.text", "without_secrets"),
        ("mcp_servers.common.text", "printable"),
    ],
)
def test_a_long_hostile_text_is_masked_in_time(module: str, function: str) -> None:
    command = [sys.executable, "-c", CHILD, module, function, str(LENGTH), json.dumps(PIECES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND_S, check=False)

    assert done.returncode == 0, done.stderr
