import { expect, test } from "vitest";
import document from "../../openapi.json";
import { askFor, GROUPS, readFilter, writeFilter } from "../../src/audit/filter";

const read = (address: string) => readFilter(new URLSearchParams(address));

test("what an address names comes back in the address", () => {
  const address = "show=decisions&actor=nadia&incident=inc-1";

  expect(writeFilter(read(address)).toString()).toBe(address);
});

test("a group that there is not shows everything", () => {
  expect(askFor(read("show=constructor"))).toEqual({ kind: [], actor: null, incident: null });
});

test("every kind that is asked for is one the platform knows", () => {
  const { EventKind, Deed } = document.components.schemas;
  const known = [...EventKind.enum, ...Deed.enum];

  expect(
    Object.values(GROUPS)
      .flat()
      .filter((kind) => !known.includes(kind)),
  ).toEqual([]);
});

test("every deed on the platform itself belongs to a group", () => {
  const grouped: string[] = Object.values(GROUPS).flat();

  expect(document.components.schemas.Deed.enum.filter((deed) => !grouped.includes(deed))).toEqual(
    [],
  );
});
