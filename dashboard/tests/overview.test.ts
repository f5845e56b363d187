// @vitest-environment jsdom
import { expect, test } from "vitest";
import { headline } from "../src/overview/page";

test.each([
  [0, false, "Nothing waits for you."],
  [1, false, "One plan waits for a decision."],
  [3, false, "3 plans wait for a decision."],
  [0, true, "What waits is not known now."],
  [undefined, false, "\u00a0"],
])("with %s waiting and an error %s it says: %s", (count, isError, said) => {
  expect(headline(count, isError)).toBe(said);
});
