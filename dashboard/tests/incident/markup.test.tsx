// @vitest-environment jsdom
import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Evidence, IncidentEvent } from "../../src/incident/events";
import { EvidencePanel } from "../../src/incident/evidence-panel";
import { Prose } from "../../src/incident/report";
import { RoomView } from "../../src/incident/room";
import { logOf, OPENED, recorded } from "./logs";
import { draw, newestRun, roomOf } from "./platform";

const BAD = '<img src=x onerror="globalThis.wasRun=true"><script>wasRun=1</script>';
const BIDI = "invoice\u202Egnp.exe";
const LONG = "x".repeat(2_000);
const HOSTILE = `${BAD} ${BIDI} ${LONG}`;

// A whole page is slow to draw on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

afterEach(cleanup);

/** Every string of every payload is hostile, but for what the platform names itself. */
function poison(value: unknown, key = ""): unknown {
  const own = ["id", "fingerprint", "status", "verdict", "stance", "ruling", "kind", "to", "from"];
  if (typeof value === "string") {
    const isOwn =
      own.includes(key) || key.endsWith("_at") || key.endsWith("_id") || key.endsWith("_ids");
    return isOwn || /^[a-z_]+-?[\d.]*$/.test(value) ? value : HOSTILE;
  }
  if (Array.isArray(value)) return value.map((item) => poison(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, poison(item, name)]),
  );
}

function expectNoMarkup(): void {
  expect(document.querySelector("img, script, iframe, object, [onerror]")).toBeNull();
  expect("wasRun" in globalThis).toBe(false);
}

test("markup in titles, alerts, reasons, findings and plans is shown as text", () => {
  const log = recorded("steered").map((event) => ({
    ...event,
    payload: poison(event.payload),
  })) as IncidentEvent[];

  draw(
    <RoomView
      room={roomOf(log)}
      connection={{ is: "live" }}
      me={{ name: "mira", role: "admin" }}
    />,
    "admin",
  );

  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe(HOSTILE);
  expect(document.body.textContent?.split(BAD).length).toBeGreaterThan(20);
  expectNoMarkup();
});

test("a log line stays one line of text, with its direction kept to itself", () => {
  const item: Evidence = {
    id: "log-1.1",
    kind: "logs.error_patterns",
    specialist: "logs",
    call: { server: "loki", tool: "error_patterns", arguments: { service: BAD } },
    subject: null,
    summary: HOSTILE,
    facts: {
      patterns: [
        { template: BIDI, level: "error", count: 3, count_before: 0, pods: ["a"], sample: HOSTILE },
      ],
    },
    left_out: [],
    observed_at: "2026-01-01T12:00:00Z",
  };

  draw(
    <EvidencePanel item={item} run={newestRun(roomOf(logOf([OPENED])))} onClose={() => {}} />,
    "viewer",
  );

  const [template] = screen.getAllByText(BIDI);
  expect(template?.tagName).toBe("BDI");
  expect(document.querySelector("pre.sample")?.textContent).toBe(HOSTILE);
  expectNoMarkup();
});

test("the report draws Markdown, and of markup only its text", () => {
  const report = [
    "# Postmortem",
    BAD,
    "![x](http://evil.example/track.png)",
    "[click](javascript:globalThis.wasRun=true) [runbook](https://runbooks.example.com/x)",
    "| time | who |\n|---|---|\n| 12:00 | mira |",
  ].join("\n\n");

  draw(<Prose markdown={report} />, "viewer");

  expect(screen.getByRole("heading", { name: "Postmortem" })).toBeTruthy();
  expect(screen.getByRole("table")).toBeTruthy();
  expect(document.body.textContent).toContain("onerror");
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    "https://runbooks.example.com/x",
  ]);
  expectNoMarkup();
});
