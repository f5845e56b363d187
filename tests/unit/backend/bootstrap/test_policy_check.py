"""Whether the policy can be read is found out now and then, not for each who asks."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from backend.bootstrap.api import policy_check
from backend.settings.api import ApiSettings
from sre_agent.domain.errors import PermanentError
from sre_agent.safety.policy import Policy

RULES = "rules: [{name: go-ahead, ruling: allow, when: 'true', reason: it is a test}]"


@pytest.fixture
def settings(tmp_path: Path) -> ApiSettings:
    (tmp_path / "own.yaml").write_text(RULES)
    return ApiSettings(
        database_url="postgresql://nobody@127.0.0.1:1/none",
        webhook_token=SecretStr("w" * 24),
        api_tokens=SecretStr("ann:admin:" + "a" * 24),
        policy_dir=tmp_path,
    )


async def test_what_was_found_holds_for_a_while(settings: ApiSettings, tmp_path: Path) -> None:
    check = policy_check(settings)
    await check()
    (tmp_path / "own.yaml").write_text("rules: [nonsense")

    await check()

    with pytest.raises(PermanentError, match=r"own\.yaml"):
        await policy_check(settings)()


async def test_what_was_found_is_found_anew_afterwards(
    settings: ApiSettings, tmp_path: Path
) -> None:
    check = policy_check(settings, lifetime_s=-1)
    (tmp_path / "own.yaml").write_text("rules: [nonsense")
    with pytest.raises(PermanentError):
        await check()

    (tmp_path / "own.yaml").write_text(RULES)

    await check()


async def test_each_policy_that_was_read_is_told_also_one_with_a_fault(
    settings: ApiSettings, tmp_path: Path
) -> None:
    read: list[str | None] = []

    async def note(policy: Policy) -> None:
        read.append(policy.fault)

    check = policy_check(settings, lifetime_s=-1, note=note)
    await check()
    (tmp_path / "own.yaml").write_text("rules: [nonsense")
    with pytest.raises(PermanentError):
        await check()

    assert read[0] is None
    assert "own.yaml" in str(read[1])
