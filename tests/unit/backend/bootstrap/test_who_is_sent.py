"""Which specialists a worker sends: none that has no server where that is nobody's mistake."""

from typing import Any

import pytest

from backend.bootstrap import worker
from backend.db.engine import create_engine
from backend.settings import WorkerSettings
from sre_agent.config import permissions
from sre_agent.testing.clock import FakeClock

NEEDED = {
    "DATABASE_URL": "postgresql://127.0.0.1:9/none",
    "SIGNER_TOKEN": "k3j4h5k3j4h5lk6j7h8g9f0d1s2a3q4w5e6r",
    "MCP_GITHUB_READ_TOKEN": "z9y8x7w6v5u4t3s2r1q0p9o8n7m6l5k4j3i2",
}


@pytest.mark.parametrize(("url", "is_sent"), [("", False), ("http://127.0.0.1:9/mcp", True)])
def test_github_is_asked_where_a_repository_is_named(
    url: str, is_sent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**NEEDED, **({"MCP_GITHUB_URL": url} if url else {})}.items():
        monkeypatch.setenv(name, value)
    settings = WorkerSettings.load(env_file=None)
    nobody: Any = None

    engine = create_engine(settings.database_url)  # nothing is opened before its first use
    context = worker.run_context(settings, engine, FakeClock(), nobody, nobody)

    shipped = permissions.load_allow_list()
    assert ("github" in context.allowlist.specialists) is is_sent
    assert {*context.allowlist.specialists, "github"} == {*shipped.specialists}
    assert context.allowlist.writes == shipped.writes
