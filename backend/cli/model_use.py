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
