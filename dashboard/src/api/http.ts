/** One way to ask the platform: same origin, the session's CSRF token, and problems as errors. */

/** A refusal of the platform's, in its own words; `status` is 0 when it could not be reached. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly hint: string,
    readonly detail: string,
    readonly retryAfterS: number | null,
    readonly body: Record<string, unknown>,
  ) {
    super(title);
  }
}

type Values = Record<string, string | number | readonly string[] | null | undefined>;

interface Sent {
  query?: Values;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

const hooks = { csrfToken: "", onSignedOut: () => {} };

/** Take the word that every request which changes something must repeat. */
export function setCsrfToken(token: string | null): void {
  hooks.csrfToken = token ?? "";
}

/** Say what happens when the platform no longer knows us. */
export function setOnSignedOut(act: () => void): void {
  hooks.onSignedOut = act;
}

/**
 * Ask the platform and return its answer; undefined when the answer has no content.
 *
 * Throws a ProblemError for every refusal.
 */
export async function ask<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (sent.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && hooks.csrfToken) headers["X-CSRF-Token"] = hooks.csrfToken;
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (sent.body !== undefined) init.body = JSON.stringify(sent.body);
  if (sent.signal) init.signal = sent.signal;
  const answer = await reach(`/api/v1/${path}${queryOf(sent.query)}`, init);
  if (answer.ok) return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
  const problem = await problemOf(answer);
  if (problem.status === 401 && path !== "auth/sign-in") hooks.onSignedOut();
  throw problem;
}

/** Send a request that is made already, as `ask` does; every refusal is thrown as a ProblemError. */
export async function send(request: Request): Promise<Response> {
  if (request.method !== "GET" && hooks.csrfToken) {
    request.headers.set("X-CSRF-Token", hooks.csrfToken);
  }
  const answer = await reach(request);
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  const isSignIn = new URL(request.url).pathname === "/api/v1/auth/sign-in";
  if (problem.status === 401 && !isSignIn) hooks.onSignedOut();
  throw problem;
}

async function reach(target: string | Request, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(target, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    const hint = "Check the network and that the platform is up; this page goes on trying.";
    throw new ProblemError(0, "The platform does not answer", hint, "", null, {});
  }
}

function queryOf(values: Values | undefined): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value === null || value === undefined || value === "") continue;
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  const text = query.toString();
  return text && `?${text}`;
}

async function problemOf(answer: Response): Promise<ProblemError> {
  const body = await bodyOf(answer);
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : "");
  const after = Number(answer.headers.get("Retry-After"));
  return new ProblemError(
    answer.status,
    text("title") || `The platform answered ${answer.status}`,
    text("hint"),
    text("detail"),
    Number.isFinite(after) && after > 0 ? after : null,
    body,
  );
}

/** Return the parts of a refusal; something between us and the platform may have answered instead. */
async function bodyOf(answer: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await answer.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
