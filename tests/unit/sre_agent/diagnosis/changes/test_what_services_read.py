"""Pipelines, orders, texts and pictures: what may reach a service that runs is not proven to do no harm."""

import pytest
from proof_story import is_proven, of_file, wrote

from sre_agent.diagnosis.changes import harmless

PIPELINES = [
    "-          platforms: linux/amd64\n+          platforms: linux/arm64",
    "-          node-version: 18\n+          node-version: 22",
    "-          go-version: '1.20'\n+          go-version: '1.22'",
    "-          build-args: TLS=1\n+          build-args: TLS=0",
    "-          GOARCH: amd64\n+          GOARCH: arm64",
    "-    runs-on: ubuntu-22.04\n+    runs-on: ubuntu-24.04",
    "-      - run: npm ci\n+      - run: npm install",
    "-      - uses: actions/setup-node@v3\n+      - uses: actions/setup-node@v4",
    "       - run: docker build . \\\n+        # small\n           --target slim",
    "",
]


@pytest.mark.parametrize("diff", PIPELINES)
def test_a_pipeline_that_builds_otherwise_is_no_proof(diff: str) -> None:
    for path in (".github/workflows/build.yml", ".gitlab-ci.yml", ".circleci/config.yml"):
        assert not is_proven(wrote(path, diff))


@pytest.mark.parametrize(
    "diff",
    [
        "+      - uses: actions/cache@v4",
        "-      - name: Build\n+      - name: Build it",
        "-    timeout-minutes: 10\n+    timeout-minutes: 20",
        "+      - run: go test ./...",
        "+      # what is built",
    ],
)
def test_a_pipeline_that_builds_the_same_is_proven(diff: str) -> None:
    assert is_proven(wrote(".github/workflows/build.yml", f" jobs:\n{diff}"))


ORDERS = [
    pytest.param(
        "app/main.py",
        "-import gevent_patch\n-import requests\n+import requests\n+import gevent_patch",
    ),
    pytest.param(
        "app/x.py",
        "-from .db import db\n-from .models import M\n+from .models import M\n+from .db import db",
    ),
    pytest.param(
        "app/x.py",
        "-from os import open\n-from codecs import open\n+from codecs import open\n+from os import open",
        id="one name twice",
    ),
    pytest.param(
        "app/x.py",
        "-from __future__ import annotations\n-import os\n+import os\n+from __future__ import annotations",
        id="what has to be first",
    ),
    pytest.param(
        "src/i.js",
        '-import tracing from "./tracing"\n-import express from "express"\n'
        '+import express from "express"\n+import tracing from "./tracing"',
    ),
    pytest.param("main.go", '-\t_ "a/trace"\n-\t"a/db"\n+\t"a/db"\n+\t_ "a/trace"'),
    pytest.param(
        "a.yaml", "-base: &base 1\n-other: *base\n+other: *base\n+base: &base 1", id="anchors"
    ),
    pytest.param("a.yaml", "-b: 1\n-c: one\n+c: one\n+b: 1\n    two", id="a text that goes on"),
    pytest.param("a.yaml", "-a: 1,\n-b: 2\n+b: 2,\n+a: 1", id="a comma of a value"),
    pytest.param(
        "a.json", ' {\n-  "a": 1,\n-  "b": 2\n+  "b": 2\n+  "a": 1,\n }', id="a comma at the end"
    ),
    pytest.param(
        "a.json", ' {\n-  "a": 1,\n-  "b": 2\n+  "b": 2\n+  "a": 1\n }', id="a comma lost"
    ),
]


@pytest.mark.parametrize(("path", "diff"), ORDERS)
def test_another_order_that_may_mean_another_thing_is_no_proof(path: str, diff: str) -> None:
    assert not is_proven(wrote(path, diff))


READ = [
    "src/icons/a.svg",
    "content/posts/a.md",
    "services/blog/a.md",
    "public/docs/a.md",
    "static/README.md",
    "site/docs/a.txt",
    "web/app.scss",
    "deploy/grafana/datasources/prod.json",
    "services/dashboards/config/prod.json",
    "services/api/tests/keys.json",
    ".gitattributes",
]


@pytest.mark.parametrize("path", READ)
def test_what_a_service_may_read_is_not_proven_by_its_path(path: str) -> None:
    assert not is_proven(wrote(path, '-  "a": 1\n+  "a": 2'))


NOBODY_READS = [
    "docs/a.svg",
    "docs/adr/0001.md",
    "services/api/README.md",
    "ARCHITECTURE.md",
    "services/api/tests/test_keys.py",
    "deploy/grafana/dashboards/orders.json",
    ".github/dependabot.yml",
    "web/app.css",
]


@pytest.mark.parametrize("path", NOBODY_READS)
def test_what_no_service_reads_is_proven_by_its_path(path: str) -> None:
    assert is_proven(wrote(path, '-  "a": 1\n+  "a": 2'))


OPAQUE = [
    pytest.param("ml/serve.py models/m.onnx", of_file("a/ml/serve.py", "b/ml/serve.py", "-a\n+b")),
    pytest.param("third/core", "-Subproject commit 1111111\n+Subproject commit 2222222"),
    pytest.param("Dockerfile", "-FROM debian@sha256:1111\n+FROM debian@sha256:2222"),
]


@pytest.mark.parametrize(("path", "diff"), OPAQUE)
def test_what_a_commit_brings_without_showing_it_is_unread(path: str, diff: str) -> None:
    assert not harmless.is_read(wrote(path, diff))
