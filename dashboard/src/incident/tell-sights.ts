/** Alerts, specialists, evidence and judgement, in words. */

import {
  callText,
  type IncidentEvent,
  inWords,
  type ModelInquiry,
  type ModelOpinion,
  type ModelSummary,
  nameOf,
  percent,
} from "./events";
import type { ModelChoice } from "./model-choice";
import type { Told } from "./tell";

type Payload = IncidentEvent["payload"];

function told(text: string, tone: Told["tone"], because?: string | null): Told {
  return because ? { text, tone, because } : { text, tone };
}

function ranked(p: Payload): Told {
  const { causes, abstained, reason } = p.diagnosis;
  const top = causes[0];
  if (!top) return told(`Round ${p.round}: names no cause`, "key", reason);
  const name = `${inWords(top.fault_class)} of ${nameOf(top.object)}`;
  const text = `Round ${p.round}: ${name}, ${percent(top.confidence)}`;
  return abstained ? told(`${text}; abstains`, "key", reason) : told(text, "key", top.statement);
}

function inquiry({ model, note, questions, struck, struck_count }: ModelInquiry): Told {
  if (note) return told(`Its model ${model} was no help`, "wait", note);
  const looks = questions.map(({ tool, topic, object, arguments: chosen }) => {
    const about = chosen.fault_class ? ` for ${inWords(String(chosen.fault_class))}` : "";
    return `${inWords(tool || topic)}${about} of ${object.name}`;
  });
  const count = `${looks.length} further ${looks.length === 1 ? "question" : "questions"}`;
  const asked = looks.length ? `asks ${count}: ${looks.join("; ")}` : "asks nothing further";
  const lost = struck_count ? `, ${struck_count} struck` : "";
  const why = struck.map(({ said, reason }) => `${said}: ${reason}`).join("; ");
  return told(`Its model ${model} ${asked}${lost}`, "plain", why);
}

function secondOpinion({ model, note, causes, effect }: ModelOpinion): Told {
  if (note) return told(`No second opinion of ${model}`, "wait", note);
  const named = causes.map((cause) => `${inWords(cause.fault_class)} of ${nameOf(cause.object)}`);
  return told(`${model} thinks: ${named.join("; ") || "no cause"}`, "plain", effect);
}

function choice({ model, note, step, chosen, options, struck_count }: ModelChoice): Told {
  const theirs = options[0]?.step ?? "";
  const struck = struck_count > 0 ? `; claims struck: ${struck_count}` : "";
  if (note) return told(`The rules choose alone: ${theirs}`, "wait", `${model}: ${note}${struck}`);
  if (!chosen) return told(`${model} chooses as the rules do: ${step}`, "plain");
  const numbers = chosen.filled.map((item) => `, ${item.name} = ${item.value}`).join("");
  const words = chosen.reason && `in its words: “${chosen.reason}”`;
  return told(`${model} chooses ${step}${numbers}; the rules: ${theirs}${struck}`, "key", words);
}

function summary({ model, note, sentences }: ModelSummary): Told {
  if (note) return told(`No summary of ${model}`, "wait", note);
  const text = sentences.map((sentence) => sentence.text).join(" ");
  return told(`${model} sums it up, in its own words`, "plain", text || "nothing that holds");
}

function selected(p: Payload): Told {
  const names = p.selected.map((item: { specialist: string }) => item.specialist).join(", ");
  const hint = p.hint?.text || (p.hint?.object ? nameOf(p.hint.object) : "");
  return told(`Sends ${names}`, "plain", hint ? `with the hint: ${hint}` : null);
}

function alert(p: Payload): Told {
  const because = p.joined_because ? `joins as ${p.joined_because}` : null;
  return told(`Alert ${p.name}${p.summary ? `: ${p.summary}` : ""}`, "plain", because);
}

/** Say how often more a question was asked that is asked again and again, and logged as one. */
function timesOf({ times }: Payload): string {
  return times === undefined ? "" : `, ${times} more ${times === 1 ? "time" : "times"}`;
}

export const TELL_SIGHTS: Readonly<Record<string, (event: IncidentEvent) => Told>> = {
  incident_opened: ({ payload: p }) =>
    told(`Opened: ${p.title}`, "key", p.trigger ? `by ${p.trigger}` : null),
  alert_received: ({ payload }) => alert(payload),
  alert_resolved: ({ payload: p }) => told(`Alert ${p.name} is over`, "good"),
  run_started: ({ payload: p }) => told("Begins to look", "plain", p.reason),
  run_failed: ({ payload: p }) => told("The run failed", "bad", p.reason),
  specialists_selected: ({ payload }) => selected(payload),
  tool_called: ({ payload: p }) =>
    told(
      `${callText(p.call)} → ${inWords(p.status)}, ${Math.round(p.duration_ms)} ms${timesOf(p)}`,
      p.status === "ok" ? "quiet" : "wait",
      p.reason,
    ),
  evidence_added: ({ payload: p }) => told(`${p.evidence.id}  ${p.evidence.summary}`, "plain"),
  specialist_failed: ({ payload: p }) => told("Could not see anything", "bad", p.reason),
  specialist_finished: ({ payload: p }) => {
    const found = p.evidence?.length ?? 0;
    const gaps = p.gaps?.length ?? 0;
    const text = `Has looked: ${p.calls} ${p.calls === 1 ? "call" : "calls"}, ${found} facts`;
    return told(gaps ? `${text}, ${gaps} not seen` : text, gaps ? "wait" : "quiet");
  },
  causes_ranked: ({ payload }) => ranked(payload),
  model_questions: ({ payload }) => inquiry(payload.inquiry),
  model_opinion: ({ payload }) => secondOpinion(payload.opinion),
  model_choice: ({ payload }) => choice(payload.choice),
  model_summary: ({ payload }) => summary(payload.summary),
};
