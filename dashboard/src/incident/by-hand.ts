/** Asking for an action by hand: what fits what, what is wrong with what was typed, and what is sent. */

import type { ActionKind, Argument, Known, ObjectRef } from "../api/generated/schema";
import { ProblemError } from "../api/http";
import type { ToolCall } from "./events";
import { nameOf } from "./events";

/** Arguments that the picked object says. */
const OF_TARGET: ReadonlySet<string> = new Set(["namespace", "name", "kind"]);

export type Typed = Readonly<Record<string, string>>;

/** The actions that some seen object fits, in the order of their titles. */
export function fitting(actions: readonly ActionKind[], objects: readonly Known[]): ActionKind[] {
  const kinds = new Set(objects.map((known) => known.object.kind));
  return actions
    .filter((action) => action.target_kinds.some((kind) => kinds.has(kind)))
    .sort((one, other) => one.title.localeCompare(other.title));
}

export function targetsOf(action: ActionKind, objects: readonly Known[]): Known[] {
  return objects.filter((known) => action.target_kinds.includes(known.object.kind));
}

/** The arguments to type, those that have to be there first. */
export function fieldsOf(action: ActionKind): [string, Argument][] {
  const own = Object.entries(action.arguments).filter(([name]) => !OF_TARGET.has(name));
  return own.sort(([, one], [, other]) => Number(other.required) - Number(one.required));
}

/** What an argument can be, as far as it was seen of the object. */
export function offered(name: string, known: Known | undefined): string[] {
  if (name === "container") return known?.containers ?? [];
  if (name === "to_revision") return (known?.revisions ?? []).map(String);
  if (name === "port") return (known?.ports ?? []).map(String);
  return [];
}

/** What is wrong with what was typed, by argument: the rule that the platform applies. */
export function faultsOf(action: ActionKind, typed: Typed): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const [name, wanted] of fieldsOf(action)) {
    const said = faultOf(wanted, (typed[name] ?? "").trim());
    if (said) faults[name] = said;
  }
  return faults;
}

function faultOf(wanted: Argument, text: string): string | null {
  if (text === "") return wanted.required ? "Say this." : null;
  if (wanted.type !== "integer") return null;
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) return "A whole number.";
  const isLow = wanted.minimum != null && Number(text) < wanted.minimum;
  const isHigh = wanted.maximum != null && Number(text) > wanted.maximum;
  return isLow || isHigh ? `${boundsOf(wanted)}.` : null;
}

/** How far a number may go, in words; nothing where there is no bound. */
export function boundsOf({ minimum, maximum }: Argument): string {
  if (minimum != null && maximum != null) return `From ${minimum} to ${maximum}`;
  if (minimum != null) return `${minimum} or more`;
  return maximum != null ? `${maximum} or less` : "";
}

export function callOf(action: ActionKind, target: ObjectRef, typed: Typed): ToolCall {
  const where = action.cluster_scoped ? {} : { namespace: target.namespace };
  const kind = "kind" in action.arguments ? { kind: target.kind } : {};
  const said: Record<string, unknown> = { ...where, name: target.name, ...kind };
  for (const [name, wanted] of fieldsOf(action)) {
    const text = (typed[name] ?? "").trim();
    if (text !== "") said[name] = typedAs(wanted, text);
  }
  return { server: action.server, tool: action.tool, arguments: said };
}

function typedAs(wanted: Argument, text: string): unknown {
  if (wanted.type === "integer") return Number(text);
  return wanted.type === "boolean" ? text === "true" : text;
}

/** What the platform refuses, by argument. */
export function refusedOf(error: unknown): Record<string, string> {
  const told = error instanceof ProblemError ? error.body.errors : null;
  if (!Array.isArray(told)) return {};
  const faults = told.map(({ field, message }) => [
    String(field).replace(/^arguments\./, ""),
    String(message),
  ]);
  return Object.fromEntries(faults);
}

export function keyOf(known: Known): string {
  return nameOf(known.object);
}
