"""Searching, reading and listing runbooks, as a caller sees it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.common.envelope import Answer, NoDataError, RefusedError, UnreachableError
from mcp_servers.runbooks.catalogue import MAX_TOLD, Catalogue
from mcp_servers.runbooks.folder import Folder
from mcp_servers.runbooks.tools import MAX_TEXT_CHARS, RunbookTools

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Shelves:
    """A folder of the user's and a library, and the tools over both."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("folder", "library"):
            (root / name).mkdir()
        sources = [Folder(name, root / name) for name in ("folder", "library")]
        self.tools = RunbookTools(Catalogue(sources), lambda: NOW)

    def put(self, name: str, text: str = "", place: str = "folder", **meta: object) -> None:
        lines = "".join(f"{key}: {value}\n" for key, value in {"title": name, **meta}.items())
        (self.root / place / f"{name}.md").write_text(f"---\n{lines}---\n{text}\n")

    async def found(self, **asked: Any) -> list[str]:
        data = (await self.tools.search_runbooks(**asked)).data
        return [match.id for match in data.matches]  # type: ignore[union-attr]


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path)


def data_of(answer: Answer) -> dict[str, Any]:
    return answer.data.model_dump(mode="json")  # type: ignore[union-attr]


async def test_an_exact_alert_goes_before_the_service_and_that_before_words(
    shelves: Shelves,
) -> None:
    shelves.put("words", "ledger disk full disk full disk full", keywords="[disk, full]")
    shelves.put("service", service="ledger")
    shelves.put("alert", alert="DiskFull")
    shelves.put("both", alert="[Other, DiskFull]", service="[ledger, books]")
    shelves.put("neither", "nothing of the kind")

    found = await shelves.found(alert="diskfull", service="ledger", query="disk full")

    assert found == ["both", "alert", "service", "words"]


async def test_each_match_says_why(shelves: Shelves) -> None:
    shelves.put("x", "The disk of the ledger", alert="DiskFull", service="ledger")

    answer = await shelves.tools.search_runbooks(alert="DiskFull", service="ledger", query="disk")

    (match,) = data_of(answer)["matches"]
    assert match["matched"] == ["alert", "service", "words"]
    assert match["why"] == (
        "it is for the alert DiskFull; it is for the service ledger; it has the words disk, full"
    )
    assert match["score"] > 15


async def test_a_runbook_of_another_service_does_not_match_whatever_it_shares(
    shelves: Shelves,
) -> None:
    shelves.put("theirs", "disk", alert="DiskFull", service="books")
    shelves.put("anyones", alert="DiskFull")

    assert await shelves.found(alert="DiskFull", service="ledger") == ["anyones"]
    assert sorted(await shelves.found(alert="DiskFull")) == ["anyones", "theirs"]


async def test_the_words_of_an_alert_find_what_has_no_exact_name(shelves: Shelves) -> None:
    shelves.put("certificates", "When a certificate is expiring, renew it.")
    shelves.put("disks", "When a disk is full, clean up.")

    assert await shelves.found(alert="MyCertificateExpiring") == ["certificates"]


async def test_the_words_of_an_alert_add_nothing_where_a_runbook_bears_its_name(
    shelves: Shelves,
) -> None:
    shelves.put("exact", alert="DiskFull")
    shelves.put("guess", "The disk is full.")

    assert await shelves.found(alert="DiskFull") == ["exact"]
    assert await shelves.found(alert="DiskFull", query="full disk") == ["exact", "guess"]


async def test_a_rare_word_counts_more_than_a_common_one(shelves: Shelves) -> None:
    for number in range(4):
        shelves.put(f"common{number}", "restart restart restart")
    shelves.put("rare", "quorum")

    assert (await shelves.found(query="restart quorum"))[0] == "rare"


async def test_the_users_file_goes_before_the_librarys_of_the_same_name(shelves: Shelves) -> None:
    shelves.put("disk", place="library", alert="DiskFull", owner="shipped")
    shelves.put("disk", alert="DiskFull", owner="ours")

    answer = await shelves.tools.search_runbooks(alert="DiskFull")

    (match,) = data_of(answer)["matches"]
    assert (match["owner"], match["source"]) == ("ours", "folder")


async def test_a_broken_file_of_the_users_hides_nothing_and_is_told(shelves: Shelves) -> None:
    shelves.put("disk", place="library", alert="DiskFull")
    (shelves.root / "folder" / "disk.md").write_text("broken")

    answer = await shelves.tools.search_runbooks(alert="DiskFull")

    assert len(data_of(answer)["matches"]) == 1
    assert "disk.md" in answer.left_out[0]


async def test_asked_for_nothing_it_lists_all_and_says_what_the_limit_left_out(
    shelves: Shelves,
) -> None:
    for number in range(4):
        shelves.put(f"r{number}")

    answer = await shelves.tools.search_runbooks(limit=3)

    assert [match["id"] for match in data_of(answer)["matches"]] == ["r0", "r1", "r2"]
    assert answer.left_out == ("1 of 4 runbooks left out (limit 3)",)


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 21}, {"query": "x" * 501}])
async def test_a_question_out_of_bounds_is_refused(shelves: Shelves, asked: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        await shelves.tools.search_runbooks(**asked)


async def test_a_runbook_is_given_whole_with_its_steps_and_their_problems(
    shelves: Shelves,
) -> None:
    text = "# Act\n```sre-action\naction: restart_rollout\n```\n```sre-action\naction: x\n```\n"
    shelves.put("one", text, service="ledger", last_validated="2026-11-01")

    answer = await shelves.tools.get_runbook("one")

    data = data_of(answer)
    assert data["sections"][0]["heading"] == "Act"
    assert [step["action"] for step in data["steps"]] == ["restart_rollout"]
    assert data["problems"] == ["step in line 5: no action is called 'x'"]
    assert "no action is called 'x'" in answer.left_out[0]
    assert (data["age_days"], data["is_stale"]) == (19, False)


@pytest.mark.parametrize("id_", ["../secret", "/etc/passwd", "one.md", "", "nothing"])
async def test_an_id_is_looked_up_and_never_opened(shelves: Shelves, id_: str) -> None:
    shelves.put("one")
    (shelves.root / "secret.md").write_text("---\ntitle: secret\n---\n")

    with pytest.raises(NoDataError):
        await shelves.tools.get_runbook(id_)


async def test_a_long_runbook_is_cut_and_says_so(shelves: Shelves) -> None:
    shelves.put("long", f"# A\n{'x' * 20_000}\n# B\n{'y' * 20_000}\n# C\nend\n")

    answer = await shelves.tools.get_runbook("long")

    text = "".join(section["markdown"] for section in data_of(answer)["sections"])
    assert MAX_TEXT_CHARS - 100 < len(text) < MAX_TEXT_CHARS + 100
    assert "left out" in answer.left_out[0]


@pytest.mark.parametrize(
    ("validated", "age", "is_stale"),
    [
        ("2026-11-20", 0, False),
        ("2026-08-22", 90, False),
        ("2026-08-21", 91, True),
        ("2026-11-21", 0, False),  # tomorrow already somewhere
        ("2027-11-20", None, True),  # nobody validates in the future
        ("", None, True),
    ],
)
async def test_a_runbook_is_stale_after_ninety_days_or_when_nobody_validated_it(
    shelves: Shelves, validated: str, age: int | None, is_stale: bool
) -> None:
    shelves.put("one", last_validated=validated)

    data = data_of(await shelves.tools.get_runbook("one"))

    assert (data["age_days"], data["is_stale"]) == (age, is_stale)


async def test_the_stale_are_listed_never_validated_first_then_the_oldest(
    shelves: Shelves,
) -> None:
    shelves.put("fresh", last_validated="2026-11-19")
    shelves.put("old", last_validated="2026-01-01")
    shelves.put("older", last_validated="2025-01-01")
    shelves.put("never")

    stale = data_of(await shelves.tools.list_stale())
    strict = data_of(await shelves.tools.list_stale(days=0))

    assert [item["id"] for item in stale["runbooks"]] == ["never", "older", "old"]
    assert stale["total"] == 4
    assert len(strict["runbooks"]) == 4


async def test_many_broken_files_are_counted_when_they_cannot_all_be_named(
    shelves: Shelves,
) -> None:
    for number in range(MAX_TOLD + 5):
        (shelves.root / "folder" / f"broken{number}.md").write_text("nothing in front")

    answer = await shelves.tools.search_runbooks()

    assert len(answer.left_out) == MAX_TOLD + 1
    assert answer.left_out[-1] == "5 more left out"


async def test_one_silent_source_is_told_and_the_other_still_answers(shelves: Shelves) -> None:
    shelves.put("shipped", place="library")
    (shelves.root / "folder").rmdir()

    answer = await shelves.tools.search_runbooks()

    assert len(data_of(answer)["matches"]) == 1
    assert "folder: all of it" in answer.left_out[0]


async def test_when_every_source_is_silent_that_is_no_empty_answer(shelves: Shelves) -> None:
    (shelves.root / "folder").rmdir()
    (shelves.root / "library").rmdir()

    with pytest.raises(UnreachableError):
        await shelves.tools.search_runbooks()


async def test_what_is_for_the_class_of_fault_goes_before_what_is_for_the_service(
    shelves: Shelves,
) -> None:
    shelves.put("service", service="ledger")
    shelves.put("class", fault_class="[quota_pods_exceeded]")
    shelves.put("others", fault_class="[quota_pods_exceeded]", service="cart")
    shelves.put("another", fault_class="[out_of_memory]")

    found = await shelves.found(fault_class="quota_pods_exceeded", service="ledger")

    assert found == ["class", "service"]
