"""How a program writes its log."""

import json
import subprocess
import sys

SCRIPT = """
import structlog
from backend.bootstrap import program
program.log_as_json()
def sign_in(password):
    raise ValueError("it broke")
try:
    sign_in("hidden-" + "treasure")
except ValueError as error:
    structlog.get_logger().error("request_crashed", exc_info=error)
"""


def test_a_trace_in_the_log_shows_where_and_no_variables() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=30, check=True
    )

    line = json.loads(done.stdout)
    assert "ValueError: it broke" in line["exception"]
    assert "hidden-treasure" not in done.stdout + done.stderr
