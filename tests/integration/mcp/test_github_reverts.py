"""A change is taken back: proposed once, merged once, and everyone else's work is kept."""

from collections.abc import AsyncIterator

import pytest
from github_lab import BRANCH, GithubHands, github_of, hands_on
from github_story import APP, SINCE, Story
from hands_lab import Signer, data

from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolStatus


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


async def test_a_commit_is_taken_back_and_later_work_stays(
    hands: GithubHands, story: Story
) -> None:
    proposal = hands.revert(story.bad)
    rehearsed = await hands.rehearse(proposal)
    shown = DryRun.model_validate(data(rehearsed))
    merge = hands.merge(shown.result_sha256)
    granted = hands.grant(merge, await hands.rehearse(merge))

    proposed = await hands.write(proposal, hands.grant(proposal, rehearsed))
    merged = await hands.write(merge, granted)

    assert data(proposed)["outcome"] == "applied", proposed
    assert data(merged)["outcome"] == "applied", merged
    assert story.main() == APP.replace("step_11(cart)", "step_11(basket)")
    assert set(story.git.files("main")) == {"app.py", "run.sh", "docs/a.md", ".github/CODEOWNERS"}
    assert story.git.ask("merge-base", "main", story.since) == story.since
    assert shown.changes[1:] == ("app.py is put back", "new.txt is removed")
    assert data(proposed)["rate_limit"]["remaining"] == 4999


async def test_a_rehearsal_shows_line_by_line_what_becomes_of_main(
    hands: GithubHands, story: Story
) -> None:
    shown = DryRun.model_validate(data(await hands.rehearse(hands.revert(story.bad))))

    assert "--- app.py\n+++ app.py\n@@ " in shown.diff
    assert (
        "\n-def step_5(cart): return cart['total']\n+def step_5(cart): return cart\n" in shown.diff
    )
    assert "basket" not in "".join(row for row in shown.diff.splitlines() if row[:1] in "+-")
    assert "--- new.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-password=" in shown.diff
    assert "hunter2secret" not in shown.diff


async def test_who_has_the_grant_reads_no_content_that_is_only_for_showing(
    hands: GithubHands, story: Story
) -> None:
    alone = story.git.commit({"new.txt": b"nothing\n"}, "Say nothing")
    proposal = hands.revert(alone)
    grant = await hands.granted(proposal)

    def contents() -> int:
        return sum(verb == "GET" and "/git/blobs/" in path for verb, path in story.world.asked)

    before = contents()
    written = await hands.write(proposal, grant)

    assert data(written)["outcome"] == "applied"
    assert (before, contents() - before) == (2, 0)


async def test_of_contents_that_nobody_reads_only_the_names_are_shown(
    hands: GithubHands, story: Story
) -> None:
    edits = {f"data/{number:02}.bin": bytes([0xFF, number]) for number in range(12)}
    binary = story.git.commit(dict(edits), "Add data")

    shown = DryRun.model_validate(data(await hands.rehearse(hands.revert(binary))))

    assert shown.diff.count("(its content is not shown: it is no text, or a long one)") == 10
    assert shown.diff.endswith("(2 more files are not shown)")


async def test_a_rehearsal_changes_nothing(hands: GithubHands, story: Story) -> None:
    before = story.git.ask("for-each-ref")

    await hands.rehearse(hands.revert(story.bad))

    assert story.world.writes == []
    assert story.git.ask("for-each-ref") == before


async def test_a_repeated_grant_is_answered_with_the_first_outcome(
    hands: GithubHands, story: Story
) -> None:
    proposal = hands.revert(story.bad)
    rehearsed = await hands.rehearse(proposal)
    grant = hands.grant(proposal, rehearsed)
    merge = hands.merge(data(rehearsed)["result_sha256"])
    merge_grant = hands.grant(merge, await hands.rehearse(merge))
    first = await hands.write(proposal, grant)
    await hands.write(merge, merge_grant)
    story.git.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    count = len(story.world.writes)

    again = await hands.write(proposal, grant)
    merged_again = await hands.write(merge, merge_grant)

    assert data(again)["outcome"] == "already_applied"
    assert data(again)["url"] == data(first)["url"]
    assert data(merged_again)["outcome"] == "already_applied"
    assert len(story.world.writes) == count


@pytest.mark.parametrize("lost", ["/git/refs", "/pulls"])
async def test_a_write_whose_answer_was_lost_is_finished_by_the_same_grant(
    hands: GithubHands, story: Story, lost: str
) -> None:
    proposal = hands.revert(story.bad)
    grant = await hands.granted(proposal)
    story.world.lose = lambda verb, path: verb == "POST" and path.endswith(lost)
    broken = await hands.write(proposal, grant)
    story.world.lose = None

    again = await hands.write(proposal, grant)

    assert broken.status is ToolStatus.UNREACHABLE
    assert "repeat with the same grant" in broken.reason
    assert data(again)["outcome"] in {"applied", "already_applied"}
    assert len(story.world.pulls) == 1
    assert len([path for verb, path in story.world.writes if path.endswith("/git/refs")]) == 1


async def test_rehearsed_again_what_was_done_changes_nothing(
    hands: GithubHands, story: Story
) -> None:
    proposal = hands.revert(story.bad)
    rehearsed = await hands.rehearse(proposal)
    merge = hands.merge(data(rehearsed)["result_sha256"])
    await hands.write(proposal, hands.grant(proposal, rehearsed))

    proposed_again = await hands.rehearse(proposal)
    await hands.write(merge, await hands.granted(merge))
    merged_again = await hands.rehearse(merge)

    assert data(proposed_again)["changes"] == []
    assert data(merged_again)["changes"] == []


async def test_what_is_merged_is_still_as_it_was_told_to_be(
    hands: GithubHands, story: Story
) -> None:
    proposal = hands.revert(story.bad)
    rehearsed = await hands.rehearse(proposal)
    await hands.write(proposal, hands.grant(proposal, rehearsed))
    merge = hands.merge(data(rehearsed)["result_sha256"])
    await hands.write(merge, await hands.granted(merge))

    again = await hands.rehearse(proposal)
    other = await hands.write(proposal, hands.grant(proposal, again))

    assert DryRun.model_validate(data(again)).changes == ()
    assert other.code == "branch_taken"
    assert len(story.world.pulls) == 1


UNIT = {"name": "unit", "status": "completed", "conclusion": "success"}


@pytest.mark.parametrize(("checks", "exception"), [([], "*"), ([UNIT], "")])
async def test_a_rehearsal_offers_what_its_merge_is_asked_for_with(
    hands: GithubHands, story: Story, checks: list[dict[str, str | None]], exception: str
) -> None:
    story.world.checks = checks

    shown = DryRun.model_validate(data(await hands.rehearse(hands.revert(story.bad))))

    assert shown.offers == {"patch_sha256": shown.result_sha256, "without_checks": exception}
    assert any("no check reports" in said for said in shown.warnings) is bool(exception)


async def test_a_merge_planned_with_its_pull_request_warns_of_nothing(
    hands: GithubHands, story: Story
) -> None:
    proposal = await hands.rehearse(hands.revert(story.bad))

    shown = DryRun.model_validate(
        data(await hands.rehearse(hands.merge(data(proposal)["result_sha256"])))
    )

    assert shown.warnings == ()
    [told] = shown.changes
    assert told.endswith("as soon as its pull request is open and its checks are green")


async def test_a_merge_of_something_else_is_refused_when_it_is_rehearsed(
    hands: GithubHands, story: Story
) -> None:
    proposal = hands.revert(story.bad)
    await hands.write(proposal, await hands.granted(proposal))

    result = await hands.rehearse(hands.merge("0" * 64))

    assert result.code == "head_moved"


async def test_a_base_that_moved_elsewhere_is_no_drift(hands: GithubHands, story: Story) -> None:
    proposal = hands.revert(story.bad)
    grant = await hands.granted(proposal)
    story.git.commit({"docs/b.md": b"elsewhere\n"}, "Elsewhere")

    result = await hands.write(proposal, grant)

    assert data(result)["outcome"] == "applied"
    assert "docs/b.md" in story.git.files(BRANCH)


async def test_a_conflict_names_the_files_and_who_touched_them_last(
    hands: GithubHands, story: Story
) -> None:
    text = SINCE.replace("cart['total']", "cart['sum']")
    story.git.commit({"app.py": text.encode()}, "Mend it otherwise", author="barbara")

    result = await hands.rehearse(hands.revert(story.bad))

    assert (result.status, result.code) == (ToolStatus.REFUSED, "revert_conflict")
    assert "app.py: the same lines" in result.reason
    assert "last changed by barbara" in result.reason
    assert story.world.writes == []


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_a_pull_request_of_several_commits_is_taken_back_whole(
    hands: GithubHands, story: Story, method: str
) -> None:
    for number in range(3):
        edits = {
            f"feature/{number}.txt": b"%d\n" % number,
            "docs/a.md": b"by feature %d\n" % number,
        }
        parents = None if number else (story.since,)
        story.git.commit(edits, f"Feature {number}", branch="feature", parents=parents)
    story.git.commit({"docs/c.md": b"meanwhile\n"}, "Meanwhile")
    number = story.world.open_pull("feature", "A feature")["number"]
    story.world.merge(number, method=method)
    story.git.commit({"docs/d.md": b"after\n"}, "After")
    call = hands.call("create_revert_pr", pull_request=number, branch=BRANCH)

    result = await hands.write(call, await hands.granted(call))

    assert data(result)["outcome"] == "applied"
    files = story.git.files(BRANCH)
    assert not any(path.startswith("feature/") for path in files)
    assert {"docs/c.md", "docs/d.md"} <= set(files)
    assert story.git.text(BRANCH, "docs/a.md") == "more\n"


async def test_what_is_not_on_the_branch_or_gone_already_is_refused(
    hands: GithubHands, story: Story
) -> None:
    stray = story.git.commit({"x": b"x\n"}, "Stray", branch="stray", parents=(story.first,))
    story.git.commit(
        {"app.py": APP.replace("step_11(cart)", "step_11(basket)").encode(), "new.txt": None},
        "Undo",
    )

    not_there = await hands.rehearse(hands.revert(stray))
    gone = await hands.rehearse(hands.revert(story.bad))

    assert not_there.code == "not_on_branch"
    assert gone.code == "nothing_to_revert"


async def test_a_commit_without_content_was_not_taken_back_already(
    hands: GithubHands, story: Story
) -> None:
    empty = story.git.commit({}, "Build again")

    result = await hands.rehearse(hands.revert(empty))

    assert result.code == "nothing_to_revert"
    assert "changes no file" in result.reason
