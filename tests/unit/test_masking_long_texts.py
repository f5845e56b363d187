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
    "\n",
    "+\n",
    "- - ",
    "+ - name: TOKEN\n",
    "+password:\n",
    "+password: |\n",
    '+password: "\n',
    "passwords: [\n",
    "passwords: ['",
    "--password\n",
    "data:\n a: b\n",
    "kind: Secret\n",
    "---\n",
    "@@ -1 +1 @@\n",
    "--- a\n+++ b.pem\n",
    "-----END PRIVATE KEY-----\n",
    "BEGIN PRIVATE KEY END PRIVATE KEY",
    "aB3" * 20,
    "aB3" * 20 + "\n",
    "ENV TOKEN",
    "ENV a",
    "setToken(",
    "set",
    "set_",
    "get(",
    "get('token",
    "token']",
    "token', '",
    "token || ",
    "${token",
    "${",
    "token: a ",
    "token string ",
    "token: Secret(",
    "#define token ",
    "name='",
    "name=token ",
    'name="token"',
    'variable "',
    'variable "token" {',
    "<token",
    "<token ",
    "<token>",
    "signing_key=",
    "signing_key=a",
    "identified ",
    "identified by ",
    "requirepass ",
    "login ",
    "login a password",
    "curl ",
    "curl -u ",
    "redis-cli ",
    "htpasswd -b ",
    "docker login ",
    "token=a.",
    "token=a(",
    "token={{",
    "token=[",
)


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("sre_agent.safety.redaction", "redact"),
        ("mcp_servers.kubernetes.secrets", "clean_text"),
        ("mcp_servers.common.text", "without_secrets"),
        ("mcp_servers.common.text", "without_secrets_line_by_line"),
        ("mcp_servers.common.text", "printable"),
    ],
)
def test_a_long_hostile_text_is_masked_in_time(module: str, function: str) -> None:
    command = [sys.executable, "-c", CHILD, module, function, str(LENGTH), json.dumps(PIECES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND_S, check=False)

    assert done.returncode == 0, done.stderr
