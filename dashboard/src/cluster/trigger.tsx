import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useNavigate } from "react-router";
import { trigger } from "../api/clusters";
import { Dialog } from "../design/dialog";
import { Trouble } from "../design/trouble";
import { useSnapshot } from "./data";

/** Sends the agents to a service without an alert. */
export function TriggerDialog({ cluster, onClose }: { cluster: string; onClose: () => void }) {
  const navigate = useNavigate();
  const services = useSnapshot(cluster).data?.services ?? [];
  const act = useMutation({
    mutationFn: trigger,
    onSuccess: ({ incident_id }) => navigate(`/incidents/${incident_id}`),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    act.mutate({
      cluster,
      namespace: text("namespace"),
      service: text("service"),
      reason: text("reason"),
    });
  };
  return (
    <Dialog title="Investigate a service" onClose={onClose}>
      <p className="muted">
        The agents look at it as if an alert had come. An open incident of the service is joined.
      </p>
      <form className="stack" onSubmit={submit}>
        <label className="labelled">
          Namespace
          <input className="field" name="namespace" list="namespaces" maxLength={253} required />
        </label>
        <label className="labelled">
          Service
          <input className="field" name="service" list="services" maxLength={253} required />
        </label>
        <datalist id="namespaces">
          {[...new Set(services.map((item) => item.namespace))].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <datalist id="services">
          {[...new Set(services.map((item) => item.service))].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <label className="labelled">
          What did you notice?
          <textarea className="field" name="reason" rows={3} maxLength={2000} required />
        </label>
        <Trouble error={act.error} />
        <div className="row end">
          <button type="button" className="button" onClick={onClose}>
            Back
          </button>
          <button type="submit" className="button primary" disabled={act.isPending}>
            Send the agents
          </button>
        </div>
      </form>
    </Dialog>
  );
}
