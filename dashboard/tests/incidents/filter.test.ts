import { expect, test } from "vitest";
import { askFor, readFilter, writeFilter } from "../../src/incidents/filter";

const read = (address: string) => readFilter(new URLSearchParams(address));

test("an address without words shows everything", () => {
  expect(read("")).toEqual({ group: "all", severity: "", q: "" });
  expect(askFor(read(""))).toEqual({ cluster: null, status: [], severity: [], q: "" });
});

test("what an address names comes back in the address", () => {
  const address = "show=waiting&severity=critical&q=check+out";

  expect(writeFilter(read(address)).toString()).toBe(address);
});

test("words that mean nothing here are not handed on", () => {
  const filter = read("show=everything&severity=%27%3B--&status=open");

  expect(askFor(filter, "east")).toEqual({ cluster: "east", status: [], severity: [], q: "" });
});

test("a search is cut at a length the platform takes", () => {
  expect(read(`q=${"x".repeat(500)}`).q).toHaveLength(200);
});

test("ended incidents are those that no agent works on", () => {
  const asked = askFor(read("show=ended"));

  expect(asked.status).toEqual(["escalated", "resolved", "closed", "merged"]);
});
