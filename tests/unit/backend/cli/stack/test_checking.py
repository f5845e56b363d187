"""Settings that a program would refuse are told before anything is started."""

from pathlib import Path

import pytest

from backend.cli.stack import checking, lifecycle
from backend.cli.stack.layout import Layout
from backend.settings.common import SettingsError

SECRET = "0123456789abcdef0123"  # noqa: S105 - made up
PORTS = {
    "signer": 1,
    "kubernetes": 2,
    "prometheus": 3,
    "loki": 4,
    "jaeger": 5,
    "runbooks": 6,
    "github": 7,
}
GOOD = {
    "DATABASE_URL": "postgresql://localhost/db",
    "WEBHOOK_TOKEN": SECRET,
    "API_TOKENS": f"bob:admin:{SECRET}",
    "SIGNER_TOKEN": SECRET,
    "SIGNING_KEY_FILE": "key.pem",
    "MCP_RUNBOOKS_READ_TOKEN": SECRET,
}


def test_good_settings_pass() -> None:
    checking.check(GOOD, PORTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_CONCURRENT_ALERTS", "banana"),
        ("ALERT_QUEUE_TTL_SECONDS", "-5"),
        ("LOG_LEVEL", "chatty"),
        ("API_TOKENS", "bob:king:abc"),
        ("GRANT_TTL_SECONDS", "0"),
        ("NOTION_API_KEY", "ntn_0123456789abcdef"),
    ],
)
def test_a_bad_setting_is_named_once_and_its_secret_never(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        checking.check({**GOOD, name: value}, PORTS)

    told = str(refused.value)
    assert sum(name in line for line in told.splitlines()) == 1
    assert "king:abc" not in told
    assert "ntn_" not in told


def test_the_shell_does_not_stand_in_for_what_a_program_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIGNER_TOKEN", SECRET)
    given = {name: value for name, value in GOOD.items() if name != "SIGNER_TOKEN"}

    with pytest.raises(SettingsError, match="SIGNER_TOKEN: missing"):
        checking.check(given, PORTS)


def test_a_start_refuses_bad_settings_before_it_starts_anything(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.env_file.write_text("LOG_LEVEL=chatty\nPORT=0\n")
    said: list[str] = []

    with pytest.raises(SettingsError, match="LOG_LEVEL"):
        lifecycle.up(layout, said.append)

    assert not said
    assert not layout.supervisor_conf.exists()
