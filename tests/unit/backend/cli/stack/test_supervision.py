"""What we write for the supervisor is what it reads."""

import shlex
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from backend.cli.stack import supervision
from backend.cli.stack.layout import Layout
from backend.cli.stack.programs import Program
from sre_agent.domain.errors import PermanentError


@pytest.mark.parametrize("folder", ["plain", "with a space", "with 'quotes' in it"])
def test_programs_of_a_checkout_in_any_folder_are_read_as_they_were_written(
    tmp_path: Path, folder: str
) -> None:
    layout = Layout(tmp_path / folder)
    layout.logs.mkdir(parents=True)
    python = str(layout.root / ".venv/bin/python")
    environment = {"A": "100% of it's, a\\path;#more", "B": str(layout.root)}
    program = Program("api", (python, "-m", "some.module", "two words"), environment, 10)
    layout.supervisor_conf.write_text(supervision.render(layout, [program]), encoding="utf-8")

    options = ServerOptions()
    options.realize(["-c", str(layout.supervisor_conf)])

    [group] = options.process_group_configs
    [read] = group.process_configs
    assert shlex.split(read.command) == list(program.command)
    assert read.environment["A"] == environment["A"]
    assert read.environment["B"] == environment["B"]
    assert read.stdout_logfile == str(layout.logs / "api.log")


@pytest.mark.parametrize(
    "value", ['say "this"', "'quoted'", "two\nlines", "a #comment", "a ;comment"]
)
def test_a_value_that_the_supervisor_would_change_is_refused_by_name(
    tmp_path: Path, value: str
) -> None:
    program = Program("api", ("python",), {"SOME_NAME": value}, 10)

    with pytest.raises(PermanentError, match="SOME_NAME"):
        supervision.render(Layout(tmp_path), [program])


def test_a_folder_that_the_supervisor_would_change_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="%"):
        supervision.render(Layout(tmp_path / "100%"), [])
