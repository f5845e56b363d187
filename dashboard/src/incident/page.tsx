import "./room.css";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { ask } from "../api/http";
import { useMay } from "../app/session";
import { Trouble } from "../design/trouble";
import type { IncidentEvent } from "./events";
import { EMPTY, fold } from "./fold";
import { RoomView } from "./room";

/** One incident, asked for again and again. */
export function IncidentPage() {
  const { id = "" } = useParams();
  const mayDecide = useMay("approver");
  const [problem, setProblem] = useState<string | null>(null);
  const { data, error } = useQuery({
    queryKey: ["events", id],
    queryFn: ({ signal }) =>
      ask<{ events: IncidentEvent[]; status: string }>("GET", `incidents/${id}/events`, { signal }),
    refetchInterval: 2000,
  });
  if (!data) return <main className="page">{error && <Trouble error={error} />}</main>;
  const decide = (verb: string, body: object) => {
    setProblem(null);
    ask("POST", `incidents/${id}/${verb}`, { body }).catch((thrown: Error) =>
      setProblem(thrown.message),
    );
  };
  return (
    <RoomView
      room={{ ...fold(EMPTY, data.events), status: data.status }}
      deciding={{
        mayDecide,
        isSending: false,
        problem,
        approve: (plan_sha256) => decide("approve", { plan_sha256 }),
        reject: (plan_sha256, reason) => decide("reject", { plan_sha256, reason }),
      }}
    />
  );
}
