import { useMutation } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { Link } from "react-router";
import { type AuditView, verify } from "../api/audit";
import { absolute } from "../design/time";
import { Trouble } from "../design/trouble";

/** Walks every chain and says whether each entry still follows from the one before it. */
export function Verify() {
  const act = useMutation({ mutationFn: verify });
  const at = act.data ? absolute(new Date(act.submittedAt).toISOString()) : "";
  return (
    <section className={`card verify ${act.data ? toneOf(act.data) : ""}`} aria-label="Chain">
      {act.data?.ok === false ? (
        <ShieldAlert aria-hidden="true" />
      ) : (
        <ShieldCheck aria-hidden="true" />
      )}
      <div className="says" aria-live="polite">
        {act.data ? (
          <Result proof={act.data} at={at} />
        ) : (
          <p className="muted">Walk every log and check each link of its chain.</p>
        )}
        <Trouble error={act.error} />
      </div>
      <button
        type="button"
        className="button"
        disabled={act.isPending}
        onClick={() => act.mutate()}
      >
        {act.isPending ? "Walking…" : "Verify"}
      </button>
    </section>
  );
}

function toneOf(proof: AuditView): string {
  return proof.ok ? "whole" : "broken";
}

function Result({ proof, at }: { proof: AuditView; at: string }) {
  const walked = `${count(proof.events, "event")} of ${count(proof.incidents, "incident")} and ${count(proof.entries, "entry", "entries")} of the platform's own log`;
  if (proof.ok) {
    return (
      <p>
        <strong>The record is whole.</strong> {walked} were walked at {at}; no link is broken.
      </p>
    );
  }
  return (
    <>
      <p>
        <strong>The record was changed.</strong> {walked} were walked at {at}.
      </p>
      <ul>
        {proof.broken.map((link) => (
          <li key={`${link.incident_id} ${link.seq}`}>
            {link.incident_id ? (
              <Link className="mono" to={`/incidents/${encodeURIComponent(link.incident_id)}`}>
                {link.incident_id}
              </Link>
            ) : (
              "The platform's own log"
            )}{" "}
            breaks at {link.seq}: {link.reason}
          </li>
        ))}
      </ul>
    </>
  );
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;
}
