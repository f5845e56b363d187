"""A node finds images that were built after it started."""

import json
from pathlib import Path
from typing import Any

import pytest

from infrastructure.lab.labdir import write_json
from infrastructure.lab.node.images import CatalogueError, Registry


def images(**tags: str) -> dict[str, Any]:
    return {"images": {"lab/a": {"tags": {tag: {"command": [word]} for tag, word in tags.items()}}}}


def test_an_image_that_is_built_later_is_found(tmp_path: Path) -> None:
    file = tmp_path / "images.json"
    write_json(file, images(one="first"))
    registry = Registry(file, python="python")
    assert registry.find("lab/a:two") is None

    write_json(file, images(one="first", two="second"))

    found = registry.find("lab/a:two")
    assert found is not None
    assert found.command == ("second",)


def test_a_file_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "images.json"

    with pytest.raises(CatalogueError):
        Registry(file, python="python")

    file.write_text(json.dumps({"images": []}))
    with pytest.raises(CatalogueError, match="object"):
        Registry(file, python="python")
