import { expect, test } from "vitest";
import {
  absolute,
  ago,
  bareClock,
  clock,
  dated,
  duration,
  until,
  zoneAt,
} from "../../src/design/time";

const NOW = Date.parse("2026-05-01T12:00:00Z");
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

test.each([
  [-2, "just now"],
  [-12, "12 s ago"],
  [-61, "1 min ago"],
  [-3 * 3600, "3 h ago"],
  [-50 * 3600, "2 d ago"],
])("%i seconds from now is %s", (seconds, told) => {
  expect(ago(at(seconds), NOW)).toBe(told);
});

test("a clock that runs behind does not tell of the future", () => {
  expect(ago(at(30), NOW)).toBe("just now");
});

test.each([
  [0, null],
  [-5, null],
  [89, "89 s"],
  [90, "1 min"],
  [7200, "2 h"],
  [86_400 * 3, "3 d"],
])("%i seconds are left as %s", (seconds, told) => {
  expect(until(at(seconds), NOW)).toBe(told);
});

test.each([
  [0.42, "0.4 s"],
  [9.97, "10 s"],
  [89.6, "1 min 30 s"],
  [119.7, "2 min 00 s"],
  [5400, "1 h 30 min"],
])("%d seconds take %s", (seconds, told) => {
  expect(duration(seconds)).toBe(told);
});

test("a moment with its day names the reader's time zone", () => {
  const at = "2026-03-06T16:10:59Z";
  const zone = absolute(at).split(" ").at(-1);

  expect(zone).toMatch(/^[A-Z]/);
  expect(dated(at)).toMatch(/^\d+ Mar/);
  expect(dated(at).split(" ").at(-1)).toBe(zone);
});

test.each(["2026-03-06T04:10:59Z", "2026-03-06T16:10:59Z"])(
  "%s names its zone, and a column of times leaves it to the heading",
  (at) => {
    const zone = absolute(at).split(" ").at(-1);

    expect(clock(at)).toBe(`${bareClock(at)} ${zone}`);
    expect(bareClock(at)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(zoneAt(at)).toBe(zone);
  },
);
