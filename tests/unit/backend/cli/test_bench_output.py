"""Where predictions cannot be written is said before anything is measured."""

from pathlib import Path

import pytest

from backend.cli.bench import bench
from backend.evals.folders import UnreadableSetError


@pytest.mark.parametrize("out", ["no/such/folder/pred.json", "."])
def test_a_place_that_cannot_be_written_is_refused_before_the_data_is_read(
    tmp_path: Path, out: str
) -> None:
    with pytest.raises(UnreadableSetError, match="cannot be written"):
        bench("all", data=tmp_path / "missing", out=tmp_path / out)
