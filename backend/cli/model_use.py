"""What language models took of an incident, told in a line each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.cli.plain import escape


def lines(uses: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each model; none where none was asked."""
    for use in uses:
        about = "about " if use["is_estimated"] else ""
        cost = "price unknown" if use["usd"] is None else f"${use['usd']:.4f}"
        lost = f", {use['tokens_set_aside']:,} set aside" if use["tokens_set_aside"] else ""
        yield (
            f"[dim]model {escape(use['model'])}: {use['calls']} questions, "
            f"{about}{use['input_tokens']:,} tokens read, {use['output_tokens']:,} written{lost}, "
            f"{cost}, {use['seconds']:.1f} s[/]"
        )


def budget(incident: Mapping[str, Any]) -> Iterator[str]:
    """Yield how much of its budget an incident's questions took; nothing where there is none, or none was asked."""
    found = incident["model_budget"]
    if not incident["model_use"] or found["tokens_max"] is None:
        return
    share = found["tokens"] / found["tokens_max"]
    yield (
        f"[dim]{found['tokens']:,} of {found['tokens_max']:,} tokens of MAX_TOKENS_PER_INCIDENT "
        f"({share:.1%})[/]"
    )


def asked(questions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each role and outcome, and the setting that refused where one did."""
    for item in questions:
        outcome = str(item["outcome"]).replace("_", " ")
        limit = f" ({escape(item['refused_by'])})" if item["refused_by"] else ""
        yield (
            f"  {item['count']:>6}  {escape(item['role']):<12} {escape(outcome)}{limit}  "
            f"[dim]{escape(item['model'])}[/]"
        )
