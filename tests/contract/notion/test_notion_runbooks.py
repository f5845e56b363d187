"""Runbooks in Notion, read through its official client."""

from datetime import timedelta

import pytest
from notion_server import (
    DATABASE,
    TOKEN,
    Workspace,
    block,
    date,
    page,
    serving,
    text,
    words,
)
from notion_source import NOW, full_page, opened

from mcp_servers.runbooks.notion.api import connect
from mcp_servers.runbooks.notion.source import NotionDatabase


async def test_a_pages_properties_become_front_matter_whatever_type_the_columns_have() -> None:
    async with opened(Workspace(pages=[full_page()])) as source:
        shelf = await source.shelf()

    (entry,) = shelf.entries
    assert entry.meta.title == "Ledger refuses orders"
    assert entry.meta.service == ("ledger",)
    assert entry.meta.alert == ("LedgerDown", "HighErrorRate")
    assert entry.meta.fault_class == ("missing_configuration", "crash_loop")
    assert entry.meta.owner == "Ada, Grace"
    assert str(entry.meta.last_validated) == "2026-10-01"
    assert entry.url.startswith("https://www.notion.so/")


async def test_all_pages_are_read_however_many_answers_that_takes() -> None:
    pages = [page(f"Runbook {number}") for number in range(7)]
    workspace = Workspace(pages=pages, largest_page=3)

    async with opened(workspace) as source:
        shelf = await source.shelf()

    assert [entry.meta.title for entry in shelf.entries] == [f"Runbook {n}" for n in range(7)]
    assert sum(asked.endswith("/query") for asked in workspace.asked) == 3


async def test_a_page_without_title_or_with_a_wrong_date_is_reported_and_the_rest_is_read() -> None:
    wrong = page("Wrong date", {"Last validated": date("soon")})
    pages = [page(""), wrong, page("Good"), page("Gone", in_trash=True)]

    async with opened(Workspace(pages=pages)) as source:
        shelf = await source.shelf()

    assert [entry.meta.title for entry in shelf.entries] == ["Good"]
    assert len(shelf.left_out) == 2
    assert "title" in shelf.left_out[0]
    assert "last_validated" in shelf.left_out[1]


async def test_blocks_become_markdown_with_children_below_their_parents() -> None:
    found = full_page()
    item = words("bulleted_list_item", "ask who released", has_children=True)
    toggle = words("heading_2", "Checks", has_children=True, is_toggleable=True)
    table = block("table", {"table_width": 2, "has_column_header": True}, has_children=True)
    workspace = Workspace(
        pages=[found],
        children={
            str(found["id"]): [
                toggle,
                item,
                words("numbered_list_item", "first"),
                words("numbered_list_item", "second"),
                words("to_do", "done", checked=True),
                table,
                block("audio", {"type": "external"}),
            ],
            toggle["id"]: [
                block(
                    "paragraph",
                    {
                        "rich_text": [
                            text("Look at "),
                            text("the board", href="https://example.com/b"),
                            text(" for "),
                            text("5xx", code=True),
                        ]
                    },
                ),
                words("code", "kubectl get pods", language="shell", caption=[]),
            ],
            item["id"]: [words("bulleted_list_item", "and when")],
            table["id"]: [
                block("table_row", {"cells": [[text("seen")], [text("do")]]}),
                block("table_row", {"cells": [[text("a|b")], [text("roll back")]]}),
            ],
        },
        largest_page=2,
    )

    async with opened(workspace) as source:
        runbook = await source.read((await source.shelf()).entries[0])

    (checks,) = runbook.sections
    assert checks.heading == "Checks"
    assert checks.markdown == (
        "Look at [the board](https://example.com/b) for `5xx`\n\n"
        "```shell\nkubectl get pods\n```\n\n"
        "- ask who released\n  - and when\n1. first\n2. second\n- [x] done\n"
        "| seen | do |\n| --- | --- |\n| a\\|b | roll back |"
    )
    assert runbook.left_out == ("blocks of type audio left out (1)",)


@pytest.mark.parametrize("is_captioned", [True, False])
async def test_a_code_block_marked_as_a_step_is_a_typed_step(is_captioned: bool) -> None:
    found = full_page()
    step = "action: set_env\narguments: {variable: LEDGER_MODE, value: strict}\nwhen: crash_loop"
    code = words(
        "code",
        step if is_captioned else f"# sre-action\n{step}",
        language="yaml",
        caption=[text("sre-action")] if is_captioned else [],
    )
    unknown = words("code", "action: drop_table", language="yaml", caption=[text("sre-action")])

    async with opened(Workspace([found], {str(found["id"]): [code, unknown]})) as source:
        runbook = await source.read((await source.shelf()).entries[0])

    (usable,) = runbook.steps
    assert usable.action == "set_env"
    assert usable.arguments == {"variable": "LEDGER_MODE", "value": "strict"}
    assert usable.when == ("crash_loop",)
    assert "drop_table" in runbook.problems[0]


async def test_what_was_read_is_kept_until_the_page_changes() -> None:
    found = full_page()
    workspace = Workspace([found], {str(found["id"]): [words("paragraph", "old words")]})
    now = [NOW]
    async with serving(workspace) as url:
        source = NotionDatabase(connect(url, TOKEN), DATABASE, lambda: now[0])
        entry = (await source.shelf()).entries[0]
        await source.read(entry)
        before = len(workspace.asked)
        await source.read(entry)
        unchanged = len(workspace.asked)

        now[0] += timedelta(minutes=2)
        found["last_edited_time"] = "2026-11-20T12:01:00.000Z"
        workspace.children[str(found["id"])] = [words("paragraph", "new words")]
        fresh = await source.read((await source.shelf()).entries[0])
        searched = (await source.shelf()).entries[0]
        await source.close()

    assert unchanged == before
    assert fresh.sections[0].markdown == "new words"
    assert searched.words == "new words"


async def test_a_page_changed_twice_within_the_minute_that_notion_tells_is_read_twice() -> None:
    # Notion tells when a page was edited to the minute: both edits bear the same time.
    found = full_page() | {"last_edited_time": "2026-11-20T12:00:00.000Z"}
    workspace = Workspace([found], {str(found["id"]): [words("paragraph", "value one")]})
    now = [NOW + timedelta(seconds=10)]
    async with serving(workspace) as url:
        source = NotionDatabase(connect(url, TOKEN), DATABASE, lambda: now[0])
        await source.read((await source.shelf()).entries[0])
        workspace.children[str(found["id"])] = [words("paragraph", "value two")]
        now[0] += timedelta(minutes=30)
        fresh = await source.read((await source.shelf()).entries[0])
        asked = len(workspace.asked)
        await source.read(fresh.entry)
        await source.close()

    assert fresh.sections[0].markdown == "value two"
    assert len(workspace.asked) == asked


async def test_a_page_nested_without_end_is_read_so_far_and_said_to_be() -> None:
    found = full_page()
    toggles = [words("toggle", f"level {number}", has_children=True) for number in range(60)]
    children: dict[str, list[dict[str, object]]] = {item["id"]: [] for item in toggles}
    workspace = Workspace([found], {str(found["id"]): toggles, **children})

    async with opened(workspace) as source:
        runbook = await source.read((await source.shelf()).entries[0])

    assert len(workspace.asked) == 43
    assert runbook.left_out[0].endswith("after 40 left out (20)")


async def test_a_text_without_end_is_cut_and_said_to_be() -> None:
    found = full_page()
    many = [words("paragraph", f"line {number}") for number in range(1010)]

    async with opened(Workspace([found], {str(found["id"]): many})) as source:
        runbook = await source.read((await source.shelf()).entries[0])

    assert runbook.left_out == ("blocks beyond the first 1000 left out (1)",)
