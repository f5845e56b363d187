"""What a checkpoint brings back is a plan, or an error: never something that only looks like one."""

import pytest
from pydantic import ValidationError

from sre_agent.graph import run_state


@pytest.mark.parametrize("stored", [{}, {"summary": "half a plan"}, {"actions": "all of them"}])
def test_a_stored_plan_that_no_longer_fits_is_refused_where_it_is_read(
    stored: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        run_state.plan({"plan": stored})
