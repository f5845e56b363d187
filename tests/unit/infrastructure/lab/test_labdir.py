"""The small files of a lab."""

import stat
from pathlib import Path

from infrastructure.lab.labdir import LabDir, read_json, write_json


def test_a_record_is_for_its_owner_alone(tmp_path: Path) -> None:
    lab = LabDir(tmp_path)

    write_json(lab.record, {"pid": 1})

    assert stat.S_IMODE(lab.record.stat().st_mode) == 0o600
    assert read_json(lab.record) == {"pid": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["lab.json"]


def test_a_record_that_is_missing_or_torn_reads_as_none(tmp_path: Path) -> None:
    lab = LabDir(tmp_path)
    assert read_json(lab.record) is None

    lab.record.write_text('{"pid": ')

    assert read_json(lab.record) is None
