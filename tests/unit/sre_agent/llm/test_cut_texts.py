"""Long text is cut so that no piece of a secret, or of what tells of a person, is told in clear."""

import pytest
import secrets_made

from sre_agent.llm import asking, cutting, fencing, quoting
from sre_agent.llm.facts import MAX_SHOWN, plain, shown
from sre_agent.llm.mind import Answer, Question, Usage
from sre_agent.llm.redaction import Redactor

KEY = b"k" * 32
NONCE = "0123456789abcdef"
SEED = 20_261_123
PERSONAL = ["bob.mueller@example.com", "DE89370400440532013000", "4111 1111 1111 1111"]
TAIL = " waits for an answer of support, which was asked yesterday and the day before"


def told_of(secret: str, text: str) -> int:
    """Return how many of its first characters a text tells."""
    return max(number for number in range(len(secret) + 1) if secret[:number] in text)


@pytest.mark.parametrize("secret", PERSONAL)
def test_what_a_cut_goes_through_is_left_out_in_whole(secret: str) -> None:
    for lead in range(MAX_SHOWN - len(secret) - 2, MAX_SHOWN):
        text = f"{'w' * (lead - 1)} {secret}{TAIL}"

        said = Redactor(KEY).redact(shown(text))

        assert told_of(secret, said) < 2, said
        assert len(shown(text)) <= MAX_SHOWN


def test_no_piece_of_anything_planted_is_told_wherever_it_is_cut() -> None:
    for item in secrets_made.planted(SEED, each=1):
        text = " ".join(item.text.split())
        secret = " ".join(item.secret.split())
        begins = text.find(secret)
        if begins < 0 or secret in Redactor(KEY).redact(text):
            continue
        for most in range(begins + 1, begins + min(len(secret), 120) + 2, 3):
            said = Redactor(KEY).redact(cutting.cut(f"{text}{TAIL}", most))

            assert told_of(secret, said) < max(4, len(secret) // 2), (item, most, said)


def test_what_tells_a_secret_may_stand_behind_it() -> None:
    text = "connecting to postgres://app:hunter2Sommer@db.example/x was refused"
    behind = text.index("Sommer") + len("Sommer") + 1

    said = [Redactor(KEY).redact(plain(text, behind - less)) for less in range(8)]

    assert all("hunter2" not in item for item in said)


def test_blanks_do_not_carry_a_secret_over_the_end_of_what_is_read() -> None:
    for lead in range(1600, 1660):
        text = f"{' ' * lead}bob.mueller@example.com{TAIL}{'x' * 4000}"

        assert told_of(PERSONAL[0], Redactor(KEY).redact(plain(text, MAX_SHOWN))) < 2


@pytest.mark.parametrize(
    "filling",
    [" " * 40, "\n" + "\t" * 30, "\x1b[38;5;196m\x1b[1m", "\u200b" * 20],
)
def test_a_long_text_is_told_though_most_of_it_cannot_be_seen(filling: str) -> None:
    text = "FATAL: too many clients" + "".join(f" {filling}word{number}" for number in range(400))

    said = plain(text, MAX_SHOWN)

    assert said.startswith("FATAL: too many clients word0 word1 ")
    assert MAX_SHOWN - 20 < len(said) <= MAX_SHOWN


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\x00", "\U000e0041", "\u3164"])
def test_what_hides_does_not_split_anything_before_it_is_looked_for(hidden: str) -> None:
    text = f"pass{hidden}word=hunter2Sommer of bob{hidden}.mueller@example.com"

    said = Redactor(KEY).redact(fencing.clean(plain(text, 200)))

    assert not any(word in said for word in ("hunter2", "bob"))


def test_a_placeholder_is_never_cut_in_two() -> None:
    redacted = Redactor(KEY).redact(f"mail of {PERSONAL[0]} came back")

    cuts = {cutting.cut(redacted, most) for most in range(8, len(redacted))}

    assert all("[" not in item or "]" in item for item in cuts)


def test_a_fence_is_cut_before_what_it_would_cut_in_two() -> None:
    for most in range(20, 45):
        told = fencing.fence(f"the mail of {PERSONAL[0]}{TAIL}", NONCE, max_chars=most)

        said = Redactor(KEY).redact(told).split("\n")
        assert told_of(PERSONAL[0], said[1]) < 2
        assert said[2].endswith("more characters left out)")


@pytest.mark.parametrize("less", range(1, 24, 5))
async def test_what_is_kept_of_a_giant_answer_has_no_piece_of_anything(less: int) -> None:
    said = f"{'w ' * (asking.MAX_LOGGED // 2)}"[: asking.MAX_LOGGED - less] + PERSONAL[0] + TAIL
    question = Question(role="r", system="s", user="u", max_output_tokens=9, deadline_s=1)
    answer = Answer(text=said, usage=Usage(), model="test/model", seconds=0)

    logged = asking._logged(said, Redactor(KEY))
    watched = quoting.answered(question, answer)["gen_ai.output.messages"]

    assert told_of(PERSONAL[0], logged[-40:]) < 2
    assert told_of(PERSONAL[0], watched[-120:]) < 2


def test_a_text_full_of_secrets_is_cut_in_time() -> None:
    text = "postgres://a:hunter2Sommer@db " * 2000

    assert cutting.border(text, fencing.MAX_CHARS) > 0
    assert "hunter2" not in Redactor(KEY).redact(cutting.cut(text, fencing.MAX_CHARS))
