"""Whatever alerts, logs and people write is shown as text and never runs."""

import datetime as dt
import json
import time

import httpx
import pytest
from incident_room import IncidentRoom
from playwright.sync_api import Page, expect
from scene import Case, OpenScene, Scene
from visitor import Enter

pytestmark = [pytest.mark.e2e, pytest.mark.attack("markup in the war room")]

IMAGE = '<img src=x onerror="window.pwned=1">'
SCRIPT = "<script>window.pwned=1</script>"
LINK = "[click](javascript:window.pwned=1)"
FRAME = '<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>'
ALERT = f"{IMAGE}{SCRIPT} {LINK} \u202eevil\u202c"
LINE = f"ERROR request failed: {IMAGE} {SCRIPT} {FRAME} {LINK}"
REASON = f"{IMAGE} {LINK} # not a heading"


@pytest.fixture
def scene(open_scene: OpenScene) -> Scene:
    return open_scene(3)


def test_markup_in_alerts_logs_and_reasons_is_text_on_every_page(
    scene: Scene, enter: Enter
) -> None:
    case = scene.break_()
    _write_log_lines(scene, case)
    alerted = _send_alert(scene, case)
    incident_id = scene.await_request(case)
    mal = enter(scene, "mal", "admin")
    page = mal.page
    room = IncidentRoom.open(mal, incident_id)
    room.waits_for_a_decision()

    page.get_by_role("textbox", name="Comment").fill(REASON)
    page.get_by_role("button", name="Send").click()
    expect(room.stream).to_contain_text(IMAGE)  # the comment
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    room.reject(REASON)
    room.ends("Handed over to people")
    scene.await_end(incident_id)

    expect(room.outcome).to_contain_text(IMAGE)
    expect(room.open_postmortem()).to_contain_text("not a heading")
    _is_harmless(page)
    for path in ("/", "/incidents", "/decisions", "/audit"):
        mal.go(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        _is_harmless(page)
    for row in scene.fresh(case):
        IncidentRoom.open(mal, row["id"])
        expect(room.stream).to_be_visible()
        _is_harmless(page)
    IncidentRoom.open(mal, alerted)
    line = room.stream.locator("[data-kind=alert_received]").filter(has_text=IMAGE)
    expect(line.first).to_contain_text(SCRIPT)  # it is there, as text
    for seen_in, evidence_id in _evidence_of_the_line(scene, case):
        IncidentRoom.open(mal, seen_in)
        panel = room.open_evidence(evidence_id)
        sample = panel.locator("pre.sample").filter(has_text="ERROR request failed: <img")
        expect(sample).to_contain_text(SCRIPT)
        _is_harmless(page)


def test_a_script_that_got_into_the_page_would_not_run(scene: Scene, enter: Enter) -> None:
    ivy = enter(scene, "ivy", "viewer")

    blocked = ivy.page.evaluate(
        """async (markup) => {
             const seen = [];
             document.addEventListener("securitypolicyviolation", (event) => seen.push(event.violatedDirective));
             const place = document.body.appendChild(document.createElement("div"));
             place.innerHTML = markup;
             const script = place.appendChild(document.createElement("script"));
             script.textContent = "window.pwned = 1";
             await new Promise((done) => setTimeout(done, 500));
             return seen;
           }""",
        IMAGE,
    )

    assert ivy.page.evaluate("window.pwned") is None
    assert {"script-src-attr", "script-src-elem"} <= set(blocked)
    assert all("Content Security Policy" in complaint for complaint in ivy.complaints)
    ivy.complaints.clear()  # we asked for them


def _is_harmless(page: Page) -> None:
    """Nothing of it ran, and none of it became part of the page."""
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script, main iframe, main object").count() == 0
    assert page.locator('a[href^="javascript:" i]').count() == 0
    handlers = "all => all.filter(one => one.getAttributeNames().some(name => name.startsWith('on'))).length"
    assert page.locator("*").evaluate_all(handlers) == 0


def _evidence_of_the_line(scene: Scene, case: Case) -> list[tuple[str, str]]:
    """Return the incidents and pieces of evidence in which the line we wrote was read; some did."""
    found = [
        (row["id"], event["payload"]["evidence"]["id"])
        for row in scene.fresh(case)
        for event in scene.platform.events(row["id"], "evidence_added")
        if "window.pwned" in json.dumps(event["payload"]["evidence"]["facts"].get("patterns"))
    ]
    assert found, "no specialist read the line"
    return found


def _write_log_lines(scene: Scene, case: Case) -> None:
    """Write to the log as the service at fault, while it fails."""
    labels = {
        "app": case.name,
        "cluster": "lab",
        "container": case.name,
        "namespace": scene.world.namespace,
        "pod": f"{case.name}-0",
        "service_name": case.name,
        "detected_level": "error",
    }
    now = time.time_ns()
    values = [
        [str(now + number), json.dumps({"level": "error", "msg": LINE})] for number in range(40)
    ]
    url = f"{scene.world.record['loki']['url']}/loki/api/v1/push"
    body = {"streams": [{"stream": labels, "values": values}]}
    httpx.post(url, json=body, timeout=10, trust_env=False).raise_for_status()


def _send_alert(scene: Scene, case: Case) -> str:
    """Deliver the alert as Alertmanager would; return the incident it belongs to."""
    labels = {
        "alertname": ALERT,
        "namespace": scene.world.namespace,
        "service": case.name,
        "severity": "critical",
    }
    alert = {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": ALERT, "description": ALERT},
        "startsAt": dt.datetime.now(dt.UTC).isoformat(),
        "fingerprint": f"{time.time_ns():x}",
    }
    answer = httpx.post(
        f"{scene.platform.url}/webhook/alert",
        json={"version": "4", "groupKey": "{}", "alerts": [alert]},
        headers={"Authorization": f"Bearer {scene.platform.tokens['webhook']}"},
        timeout=30,
        trust_env=False,
    )
    assert answer.status_code == 202, answer.text
    (incident_id,) = answer.json()["incidents"]
    return str(incident_id)
