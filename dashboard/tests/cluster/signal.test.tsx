// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { SignalView } from "../../src/cluster/signal";
import { spanOf } from "../../src/cluster/span";

const SPAN = { fromS: 1000, toS: 1060 };

afterEach(cleanup);

function show(series: [number, number][], now: number | null, reason: string | null = null) {
  const signal = { now, unit: "seconds", series, source: "", reason };
  return render(
    <SignalView name="latency_p99" of="checkout" signal={signal} span={SPAN} isNamed />,
  );
}

test("a signal without samples says why, and draws no line", () => {
  const { container } = show([], null, "no histogram times the requests served");

  expect(screen.getByText("no data")).toBeTruthy();
  expect(screen.getByText("no histogram times the requests served")).toBeTruthy();
  expect(container.querySelector("path")).toBeNull();
});

test("the arrow keys go through the samples and tell value and time", () => {
  show(
    [
      [1000, 0.25],
      [1030, 0.5],
      [1060, 2],
    ],
    2,
  );
  const graph = screen.getByRole("slider", { name: "Latency p99 of checkout over time" });
  expect(graph.getAttribute("aria-valuetext")).toMatch(/^2 s at /);

  fireEvent.keyDown(graph, { key: "ArrowLeft" });
  expect(graph.getAttribute("aria-valuetext")).toMatch(/^500 ms at /);
  fireEvent.keyDown(graph, { key: "Home" });
  fireEvent.keyDown(graph, { key: "ArrowLeft" });

  expect(graph.getAttribute("aria-valuetext")).toMatch(/^250 ms at /);
});

test("graphs reach no further back than there are samples, nor than was asked", () => {
  const at = (firstS: number) => {
    const signal = { now: 1, unit: "ratio", series: [[firstS, 1]] as [number, number][] };
    const signals = { ...signal, source: "", reason: null };
    const whole = {
      traffic: signals,
      errors: signals,
      latency_p99: signals,
      saturation: signals,
    };
    const as_of = new Date(10_000_000).toISOString();
    return spanOf({
      cluster: "east",
      as_of,
      minutes: 30,
      step_s: 30,
      whole,
      services: [],
      namespaces: [],
      left_out: [],
    }).fromS;
  };

  expect([at(9400), at(9990), at(100)]).toEqual([9400, 9700, 8200]);
});
