/** What the parts of the page stand in, and a platform that remembers what it was asked. */

import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import type { Role } from "../../src/api/auth";
import { newQueries } from "../../src/app/queries";
import { type Desk, DeskProvider } from "../../src/incident/desk";
import { EMPTY, fold, type Room } from "../../src/incident/fold";
import type { Run } from "../../src/incident/run";

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** Answer every request with one answer; return what was asked, but for what only looks. */
export function answerWith(status: number, body: object): Asked[] {
  const asked: Asked[] = [];
  globalThis.fetch = async (input, init) => {
    const method = init?.method ?? "GET";
    if (method !== "GET")
      asked.push({
        method,
        path: String(input),
        body: init?.body ? JSON.parse(String(init.body)) : null,
      });
    return new Response(JSON.stringify(body), { status });
  };
  return asked;
}

export function draw(children: ReactNode, role: Role, more: Partial<Desk> = {}) {
  const desk: Desk = {
    incidentId: "inc-made",
    name: "mira",
    role,
    openEvidence: () => {},
    ...more,
  };
  return render(
    <QueryClientProvider client={newQueries()}>
      <MemoryRouter>
        <DeskProvider value={desk}>{children}</DeskProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

export function roomOf(events: Parameters<typeof fold>[1]): Room {
  return fold(EMPTY, events).room;
}

export function newestRun(room: Room): Run {
  const run = room.runs.at(-1);
  if (run === undefined) throw new Error("the room has no run");
  return run;
}
