"""What changes explain, as a terminal shows it."""

from typing import Any

from backend.cli import attributed

VERDICT: dict[str, Any] = {
    "suspect": {
        "id": "github:acme/till@1f0e8b7a4c5d",
        "kind": "commit",
        "summary": "Round prices",
        "at": "2026-03-01T11:40:00Z",
        "commit": "1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a",
        "explains": [
            {
                "what": "log_line",
                "said": "KeyError: 'JPY'",
                "path": "price.py",
                "line": 12,
                "hunk": " def price():\n-    return 1\n+    return UNITS[currency]",
                "evidence_ids": ["git-1.2", "log-1.1"],
            }
        ],
        "known_by": [{"who": "ines", "how": ["owns /till/ (CODEOWNERS:3)"]}],
    },
    "ruled_out": [
        {
            "id": "chg-2",
            "kind": "commit",
            "summary": "Write it down",
            "at": "2026-03-01T11:30:00Z",
            "speaks_against": ["it touches only documents"],
        }
    ],
    "onset_at": "2026-03-01T11:45:00Z",
    "confidence": 0.93,
    "reason": "Round prices explains what fails (93%)",
}


def test_in_brief_it_shows_what_is_taken_away_and_added() -> None:
    told = list(attributed.briefly(VERDICT))

    assert told[0] == "changes: Round prices explains what fails (93%)"
    assert told[2:] == ["    -    return 1", "    +    return UNITS[currency]"]


def test_all_of_it_is_shown_where_it_is_asked_for() -> None:
    told = "\n".join(attributed.lines(VERDICT))

    assert "price.py:12 has since (git-1.2, log-1.1)\n     def price():" in told
    assert "who knows this code: ines (owns /till/ (CODEOWNERS:3))" in told
    assert "ruled out: Write it down: it touches only documents" in told


def test_before_anybody_looked_there_is_nothing_to_show() -> None:
    assert list(attributed.briefly(None)) == []
    assert list(attributed.lines(None)) == []
