import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { connect, type NewCluster, type NewEndpoint, SYSTEMS, type System } from "../api/clusters";
import { Dialog } from "../design/dialog";
import { Trouble } from "../design/trouble";
import { ConnectedView } from "./connected";
import { CLUSTERS } from "./data";
import { EndpointFields } from "./endpoint";

/** Connects a cluster: where its servers are, checked before anything is kept. */
export function ConnectDialog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [used, setUsed] = useState<readonly System[]>(["kubernetes", "prometheus"]);
  const act = useMutation({
    mutationFn: connect,
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: [CLUSTERS] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    act.mutate(read(new FormData(event.currentTarget), used));
  };
  const toggle = (system: System) =>
    setUsed(SYSTEMS.filter((item) => (item === system) !== used.includes(item)));
  const title = act.data ? `${act.data.cluster.id} is connected` : "Connect a cluster";
  return (
    <Dialog title={title} onClose={onClose} isWide>
      {act.data ? (
        <ConnectedView connected={act.data} onClose={onClose} />
      ) : (
        <form className="stack" onSubmit={submit}>
          <p className="muted">
            Run the MCP servers beside the cluster and name them here. Each is asked before anything
            is kept.
          </p>
          <label className="labelled">
            Name of the cluster
            <input
              className="field"
              name="id"
              autoComplete="off"
              spellCheck={false}
              maxLength={63}
              required
            />
          </label>
          {SYSTEMS.map((system) => (
            <EndpointFields
              key={system}
              system={system}
              isUsed={used.includes(system)}
              onToggle={() => toggle(system)}
            />
          ))}
          <Trouble error={act.error} />
          <div className="row end">
            <button type="button" className="button" onClick={onClose}>
              Back
            </button>
            <button
              type="submit"
              className="button primary"
              disabled={act.isPending || used.length === 0}
            >
              {act.isPending ? "Checking…" : "Check and connect"}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** Return what the form says of the systems in use. */
export function read(form: FormData, used: readonly System[]): NewCluster {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const endpoints: Partial<Record<System, NewEndpoint>> = {};
  for (const system of used) {
    const write_token = text(`${system}.write_token`);
    endpoints[system] = {
      url: text(`${system}.url`),
      read_token: text(`${system}.read_token`),
      ...(write_token && { write_token }),
    };
  }
  return { id: text("id"), endpoints };
}
