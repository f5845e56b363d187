"""Answers that many ask for are remembered for their time, and no longer."""

from backend.api.recent import Recent


async def _answer() -> str:
    return "found"


async def test_an_answer_is_found_once_while_it_is_young() -> None:
    recent, asked = Recent(lifetime_s=60), []

    async def find() -> int:
        asked.append(1)
        return len(asked)

    assert [await recent.recall("q", find) for _ in range(3)] == [1, 1, 1]


async def test_what_is_too_old_to_be_given_out_is_not_kept() -> None:
    recent = Recent(lifetime_s=-1)
    for number in range(5):
        await recent.recall(number, _answer)

    assert recent._found == {}
    assert recent._locks == {}
