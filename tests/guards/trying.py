"""Runs tests in a process that has imported already what is not ours, so that a try costs little."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

_OURS = frozenset({"sre_agent", "backend", "mcp_servers", "infrastructure", "benchmarks", "tests"})
_THEIRS = (
    "pytest",
    "pytest_asyncio.plugin",
    "xdist.plugin",
    "schemathesis.pytest.plugin",
    "hypothesis.strategies",
    "numpy",
    "fastapi",
    "uvicorn",
    "sqlalchemy.ext.asyncio",
    "psycopg",
    "alembic.command",
    "procrastinate",
    "langgraph.graph",
    "mcp.server",
    "kubernetes.aio.client",
    "jwt",
    "argon2",
    "rich.table",
    "typer",
)
"""What nearly every test imports, and no guard is part of."""

_ALREADY_IMPORTED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
_ASKED = (
    *("-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header"),
    *_ALREADY_IMPORTED,
)
_NOT_RUN = 70


def context() -> ForkServerContext:
    """Return where processes come from that have imported what is not ours."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(list(_THEIRS))
    return found


def run(root: Path, tests: Sequence[str], told: Path, environment: Mapping[str, str]) -> None:
    """Run tests against a copy of the project, write what they say to a file, and exit as pytest does.

    It is the whole of a process: nothing of ours that was imported before counts any more.
    """
    with told.open("wb") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    os.chdir(root)
    os.environ.update(environment)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is compiled once is not compiled again
    sys.dont_write_bytecode = False
    sys.pycache_prefix = environment["PYTHONPYCACHEPREFIX"]
    sys.path.insert(0, str(root))
    sys.argv = ["pytest"]
    for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
        del sys.modules[name]
    import pytest  # noqa: PLC0415 - imported by whom this process was forked from

    code = _NOT_RUN
    try:
        code = int(pytest.main([*_ASKED, *tests]))
    finally:
        sys.stdout.flush()
        os._exit(code)  # what tests leave behind must not keep the process
