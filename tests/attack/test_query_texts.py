"""Names in queries stay literals: the query that is sent has the shape that it has for any name."""

import re

import attack_corpus
import pytest
from attack_counts import Attack

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes.api import require_name
from mcp_servers.loki import streams
from mcp_servers.prometheus.promql import Matcher, Selector, any_of, literal, quoted

pytestmark = pytest.mark.attack
TECHNIQUES = attack_corpus.by_technique()
NAME = re.compile(r"[A-Za-z0-9][\w.:/-]*", re.ASCII)
BOUND = 2000
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"', re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def unquoted(text: str) -> str:
    """Return what a literal of PromQL says."""
    return ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text[1:-1])


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_name_stays_one_literal_of_a_promql_query(technique: str, attack: Attack) -> None:
    for text in attack.each_of(technique):
        asked = Selector("up", (Matcher("job", "=", text), Matcher("pod", "=~", literal(text))))

        assert LITERAL.fullmatch(quoted(text))
        assert unquoted(quoted(text)) == text
        assert LITERAL.sub("S", str(asked)) == "up{job=S,pod=~S}"


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_name_in_a_pattern_matches_itself_alone(technique: str, attack: Attack) -> None:
    for text in attack.each_of(technique, lambda text: len(text) < 20_000):
        pattern = re.compile(any_of([text, "web"]))

        assert pattern.fullmatch(text)
        assert pattern.fullmatch("web")
        assert not pattern.fullmatch(f"{text}x")


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_what_is_no_name_is_refused_before_loki_or_kubernetes_is_asked(
    technique: str, attack: Attack
) -> None:
    for text in attack.each_of(technique):
        for ask in (streams._require_name, require_name):
            if NAME.fullmatch(text) and len(text) < BOUND:
                continue  # which is one: the systems may know nothing of that name, and say so
            with pytest.raises(RefusedError) as refused:
                ask("name", text)
            assert refused.value.code == "invalid_arguments"
            assert len(str(refused.value)) < BOUND
