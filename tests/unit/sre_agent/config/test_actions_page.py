"""The page about actions says what the catalogue says."""

from pathlib import Path

from sre_agent.config import action_kinds

PAGE = Path(__file__).parents[4] / "docs" / "actions.md"


def test_each_action_has_its_row() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| `")
    ]

    assert rows == [
        [
            f"`{kind.tool}`",
            kind.title,
            ", ".join(kind.target_kinds),
            ", ".join(f"`{tool}`" for tool in kind.inverses) or "not taken back",
            f"{'critical; ' if kind.critical else ''}{kind.cool_down_s:g} s",
            f"{kind.verification.proof}, {kind.verification.window_s:g} s",
            f"{kind.least_risk}, {kind.risk_points}",
        ]
        for kind in action_kinds.shipped()
    ]
