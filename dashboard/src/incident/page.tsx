import "./styles/index.css";
import { useEffect } from "react";
import { Link, useParams } from "react-router";
import { useMe, useSession } from "../app/session";
import { useTitle } from "../design/title";
import type { State } from "./live";
import { RoomView } from "./room";
import { useRoom } from "./use-room";

/** One incident, live, at `/incidents/:id`. */
export function IncidentPage() {
  const { id = "" } = useParams();
  return <Incident key={id} id={id} />;
}

function Incident({ id }: { id: string }) {
  const me = useMe();
  const { look } = useSession();
  const state = useRoom(id);
  const { room, connection } = state;
  const isSignedOut = connection.is === "over" && connection.why === "signed-out";
  useEffect(() => {
    if (isSignedOut) void look();
  }, [isSignedOut, look]);
  useTitle(room.title || id);
  if (room.runs.length > 0) return <RoomView room={room} connection={connection} me={me} />;
  return <Before id={id} state={state} />;
}

/** Before the first event is there, and when there will be none. */
function Before({ id, state: { connection } }: { id: string; state: State }) {
  if (connection.is === "over" && connection.why === "missing")
    return (
      <Notice title="There is no such incident">
        <code>{id}</code> is not an incident of your organization.
      </Notice>
    );
  if (connection.is === "over" && connection.why === "forbidden")
    return (
      <Notice title="You may not follow this incident">
        The platform refused the connection: your role, or the address this page came from, is not
        allowed.
      </Notice>
    );
  if (connection.is === "reconnecting")
    return (
      <Notice title="The platform does not answer">
        This page goes on trying and shows the incident as soon as it can.
      </Notice>
    );
  return (
    <main className="room loading" aria-busy="true" aria-label="Reading the log">
      <div className="bone title" />
      <div className="bone steps" />
      <div className="columns">
        <div className="bone tall" />
        <div className="bone tall" />
        <div className="bone" />
      </div>
    </main>
  );
}

function Notice({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <main className="room notice">
      <div role="alert">
        <h1>{title}</h1>
        <p className="muted">{children}</p>
      </div>
      <Link className="button" to="/incidents">
        All incidents
      </Link>
    </main>
  );
}
