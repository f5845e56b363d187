/** A platform that answers from a table, and the pages in front of it. */

import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import { newQueries } from "../src/app/queries";
import { Pages } from "../src/app/router";
import { SessionProvider } from "../src/app/session";

// Far more than needed: other tests may keep the machine busy.
configure({ asyncUtilTimeout: 8000 });
vi.setConfig({ testTimeout: 20_000 });

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

type Answer = Response | object | null;
type Table = Record<string, (asked: Asked) => Answer>;

export function problem(status: number, title: string, headers: Record<string, string> = {}) {
  const body = { status, title, hint: `what to do about: ${title}`, detail: "" };
  return new Response(JSON.stringify(body), { status, headers });
}

export function me(role: string) {
  return {
    name: "nadia",
    role,
    org_id: "default",
    kind: "person",
    csrf_token: "word-to-repeat",
    expires_at: null,
  };
}

const QUIET: Table = {
  "GET halt": () => ({ halted: false, reason: null, actor: null, since: null, clusters: [] }),
  "GET decisions": () => ({ decisions: [], next_cursor: null }),
  "GET incidents": () => ({ incidents: [], next_cursor: null }),
  "GET clusters": () => ({ clusters: [] }),
  "GET users": () => ({ users: [] }),
  "GET tokens": () => ({ tokens: [] }),
  "GET model-use": () => ({ since: new Date().toISOString(), models: [], questions: [] }),
  "GET audit": () => ({ entries: [], next_cursor: null }),
};

/** Put a platform behind `fetch`; the list that is returned grows with everything it is asked. */
export function platform(table: Table): Asked[] {
  const log: Asked[] = [];
  vi.stubGlobal("WebSocket", SilentSocket);
  vi.stubGlobal("fetch", async (target: Request | string, init?: RequestInit) => {
    const request =
      typeof target === "string" ? new Request(new URL(target, location.origin), init) : target;
    const url = new URL(request.url);
    const text = await request.clone().text();
    const asked: Asked = {
      method: request.method,
      path: url.pathname.replace("/api/v1/", ""),
      query: url.searchParams,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
    };
    log.push(asked);
    const act = { ...QUIET, ...table }[`${asked.method} ${asked.path}`];
    const answer = act ? act(asked) : problem(404, `no route ${asked.method} ${asked.path}`);
    if (answer instanceof Response) return answer;
    return answer === null
      ? new Response(null, { status: 204 })
      : new Response(JSON.stringify(answer), { status: 200 });
  });
  return log;
}

class SilentSocket {
  onopen = null;
  onmessage = null;
  onclose = null;

  close(): void {}
}

export function open(path: string) {
  HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function close(this: HTMLDialogElement) {
    this.open = false;
  };
  window.scrollTo = () => {};
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener: () => {},
    removeEventListener: () => {},
  }));
  return render(
    <QueryClientProvider client={newQueries()}>
      <MemoryRouter initialEntries={[path]}>
        <SessionProvider>
          <Pages />
        </SessionProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
