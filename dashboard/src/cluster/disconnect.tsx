import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { disconnect } from "../api/clusters";
import { Dialog } from "../design/dialog";
import { Trouble } from "../design/trouble";
import { CLUSTERS } from "./data";

/** Takes a cluster out; its name has to be typed, because its alerts are refused from then on. */
export function DisconnectDialog({ cluster, onClose }: { cluster: string; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () => disconnect(cluster),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [CLUSTERS] });
      navigate("/");
    },
  });
  return (
    <Dialog title={`Disconnect ${cluster}`} onClose={onClose}>
      <p className="muted">
        Its webhook token is void at once and its credentials are removed. Incidents and history
        stay.
      </p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate();
        }}
      >
        <label className="labelled">
          Type {cluster} to confirm
          <input
            className="field mono"
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <Trouble error={act.error} />
        <div className="row end">
          <button type="button" className="button" onClick={onClose}>
            Back
          </button>
          <button
            type="submit"
            className="button alarm"
            disabled={typed !== cluster || act.isPending}
          >
            Disconnect
          </button>
        </div>
      </form>
    </Dialog>
  );
}
