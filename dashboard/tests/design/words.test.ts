import { expect, test } from "vitest";
import { tellIn, withoutCalls } from "../../src/design/words";

test.each([
  ["requests_per_second", 0, "0/s"],
  ["requests_per_second", 77.298, "77.3/s"],
  ["requests_per_second", 12345.6, "12,346/s"],
  ["ratio", 0.120604, "12.1 %"],
  ["ratio", 0.00012, "0.012 %"],
  ["seconds", 0.0049, "4.9 ms"],
  ["seconds", 2.484, "2.48 s"],
  ["tokens_used", 3, "3 tokens used"],
])("%s of %d is told as %s", (unit, value, told) => {
  expect(tellIn(unit)(value)).toBe(told);
});

test("a plan's summary ends before its calls", () => {
  const summary = "Return to the revision before: cluster.rollback(kind='Deployment', to=1)";
  expect(withoutCalls(summary)).toBe("Return to the revision before");
  expect(withoutCalls("Do nothing: it is over (for now)")).toBe("Do nothing: it is over (for now)");
});
