"""Files of any origin, by their path, into one snapshot, and what became of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.telemetry.spans import Span
from sre_agent.manifests import kubectl
from sre_agent.manifests.bundle import descriptions, documents, headings, logs, traces, transcripts
from sre_agent.manifests.bundle.documents import Clean
from sre_agent.manifests.joining import join
from sre_agent.manifests.kubectl import Question
from sre_agent.manifests.kubectl.question import CLUSTER_WIDE
from sre_agent.manifests.objects import snapshot as manifests
from sre_agent.manifests.objects.fields import section
from sre_agent.manifests.objects.folding import unfolded
from sre_agent.manifests.objects.snapshot import Document

_DEFAULT = "default"
_TAB = " " * 4
"""What pasting makes of the space between columns."""
_STAMP = re.compile(r"\b(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z")
_SLACK = timedelta(minutes=5)
"""By so much the clocks of a cluster and of whoever saved its answers may differ."""
_UNKNOWN = "it is no answer of kubectl, and names no pod whose log it could be"
BROKEN = "it is JSON or YAML that cannot be read to its end, or holds nothing known: save it again"
_NOTHING_FOUND = re.compile(r"No resources found(?: in (\S+) namespace)?")


@dataclass(frozen=True)
class Bundle:
    """The picture and the requests, and by path what each file is, or why it is of no use."""

    snapshot: Snapshot
    used: Mapping[str, str]
    unused: Mapping[str, str]
    spans: tuple[Span, ...] = ()


@dataclass
class _Sorted:
    """Files by what they are."""

    clean: Clean
    documents: list[Document] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    texts: dict[Question, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)

    def add_text(self, question: Question, text: str) -> None:
        """Keep a text of kubectl; of two answers to the same question, both."""
        known = self.texts.get(question)
        self.texts[question] = f"{known}\n\n{text}" if known else text


def read(
    files: Mapping[str, str],
    saved_at: datetime,
    namespace: str = "",
    clean: Clean = lambda item: item,
) -> Bundle:
    """Return what files tell of a cluster; the order of the files makes no difference.

    Args:
        files: their texts, by path.
        saved_at: when the newest was written, in UTC.
        namespace: that of what does not tell its own; without one, it is guessed from the others.
        clean: takes out of the JSON of an object what nobody should see.
    """
    parts = [part for name in sorted(files) for part in transcripts.parts(name, files[name])]
    texts = {part.name: part.text for part in parts}
    home = namespace or _only_namespace(texts)
    found = _Sorted(clean)
    for part in parts:
        _sort(found, part.name, part.text, part.namespace or home)
    taken_at = _taken_at(texts, found, saved_at)
    objects = unfolded(manifests.read(found.documents, taken_at=taken_at, complete=found.complete))
    told = kubectl.read(found.texts, taken_at)
    joined = join(objects, told)
    return _with_logs(joined, found)


def _sort(found: _Sorted, name: str, text: str, home: str) -> None:
    if not text.strip():
        found.unused[name] = "it is empty"
        return
    if text.startswith("Error from server"):
        found.unused[name] = text.strip().splitlines()[0]
        return
    for sort in (_as_traces, _as_documents, _as_nothing_found, _as_descriptions, _as_tables):
        if sort(found, name, text, home):
            return
    found.logs[name] = text


def _as_traces(found: _Sorted, name: str, text: str, _home: str) -> bool:
    told = traces.spans(name, text, found.clean)
    if told:
        found.spans.extend(told)
        requests = len({span.trace_id for span in told})
        found.used[name] = f"{len(told)} spans of {requests} requests"
    return bool(told)


def _as_documents(found: _Sorted, name: str, text: str, _home: str) -> bool:
    contents = documents.parsed(name, text, found.clean)
    if contents is None:
        return False
    for content in contents:
        found.documents.append(Document(content, EvidenceId(name)))
        kind = str(content.get("kind", "")).removesuffix("List")
        is_cut = bool(section(content, "metadata").get("continue"))
        if "items" in content and kind in manifests.KINDS and not is_cut:
            found.complete.add(kind)
    found.used[name] = "objects"
    return True


def _as_nothing_found(found: _Sorted, name: str, text: str, home: str) -> bool:
    """Take in that there is nothing of the kind that a file is named for."""
    told = _NOTHING_FOUND.match(text.strip())
    words = re.split(r"[^a-z]+", name.rpartition("/")[2].lower())
    kind = next((kind for word in words if (kind := kubectl.kind_of(word))), None)
    if told is None or kind is None:
        return False
    found.add_text(Question("get", kind, "", told[1] or home), "")
    found.used[name] = f"no {kind}"
    return True


def _as_descriptions(found: _Sorted, name: str, text: str, home: str) -> bool:
    if not re.match(r"\s*Name:\s", text):
        return False
    kinds = set()
    for question, part in descriptions.parts(text, home):
        found.add_text(question, part)
        kinds.add(question.kind)
    if kinds:
        found.used[name] = f"descriptions of {', '.join(sorted(kinds))}"
    return bool(kinds)


def _as_tables(found: _Sorted, name: str, text: str, home: str) -> bool:
    kinds = set()
    for kind, table, tells_namespace in headings.sections(text.replace("\t", _TAB)):
        where = "" if tells_namespace or kind in CLUSTER_WIDE else home
        found.add_text(Question("get", kind, "", where), table)
        kinds.add(kind)
    if kinds:
        found.used[name] = f"tables of {', '.join(sorted(kinds))}"
    return bool(kinds)


def _only_namespace(files: Mapping[str, str]) -> str:
    """Return the namespace that descriptions tell, where they tell only one."""
    told = {each for text in files.values() for each in descriptions.namespaces(text)}
    return next(iter(told)) if len(told) == 1 else _DEFAULT


def _taken_at(files: Mapping[str, str], found: _Sorted, saved_at: datetime) -> datetime:
    """Return when the answers were given: the newest time in the objects, which files outlive."""
    latest = (saved_at + _SLACK).strftime("%Y-%m-%dT%H:%M:%S")
    stamps = {
        stamp
        for name in {str(document.source) for document in found.documents}
        for stamp in _STAMP.findall(files[name])
    }
    newest = max((stamp for stamp in stamps if stamp <= latest), default="")
    try:
        return datetime.fromisoformat(newest).replace(tzinfo=UTC)
    except ValueError:
        return saved_at


def _with_logs(snapshot: Snapshot, found: _Sorted) -> Bundle:
    used, unused = dict(found.used), dict(found.unused)
    lines = []
    for name, text in found.logs.items():
        is_log = not documents.is_object_file(name, text)
        log = logs.of_file(name, text, snapshot) if is_log else None
        if log is None:
            unused[name] = BROKEN if documents.is_meant(text) else _UNKNOWN
        else:
            lines.append(log)
            used[name] = f"log of {log.pod}"
    whole = replace(snapshot, logs=(*snapshot.logs, *lines))
    return Bundle(whole, used, unused, tuple(found.spans))
