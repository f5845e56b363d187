// @vitest-environment jsdom
import { expect, test } from "vitest";
import { headline } from "../src/overview/page";

test.each([
  [0, false, 0, "Nothing waits for you."],
  [1, false, 0, "One plan waits for a decision."],
  [3, false, 2, "3 plans wait for a decision."],
  [0, false, 1, "One incident was handed over to you."],
  [0, false, 2, "2 incidents were handed over to you."],
  [0, true, 2, "What waits is not known now."],
  [undefined, false, 2, "\u00a0"],
])(
  "with %s waiting, an error %s and %s handed over it says: %s",
  (...[count, isError, over, said]) => {
    expect(headline(count, isError, over)).toBe(said);
  },
);
