import { Link } from "react-router";
import type { Room } from "./fold";
import type { Run } from "./run";

/** What everybody should know before they read on. */
export function Banners({ room, run }: { room: Room; run: Run }) {
  const isOld = run !== room.runs.at(-1);
  return (
    <div className="banners">
      {isOld && (
        <p className="banner">
          This is run {run.number}. The newest is run {room.runs.at(-1)?.number}.
        </p>
      )}
      {!isOld && run.number > 1 && (
        <p className="banner">
          Run {run.number}, begun by {run.by}: {run.because}
        </p>
      )}
      {room.isPaused && (
        <p className="banner wait" role="status">
          <strong>Paused</strong> by {room.pausedBy}. Nothing goes on and nothing is written until
          somebody lets it go on.
        </p>
      )}
      {run.failure && (
        <p className="banner bad">
          <strong>The run failed.</strong> {run.failure}
        </p>
      )}
      <Kin
        ids={room.causedBy === null ? [] : [room.causedBy]}
        said="Maybe caused by an action of incident"
      />
      <Kin ids={room.followers} said="An action of this incident may have caused" />
      <Kin ids={room.splitInto} said="Another failure was split off into" />
      <Kin ids={room.joined} said="The same cause brought in" />
    </div>
  );
}

function Kin({ ids, said }: { ids: readonly string[]; said: string }) {
  if (ids.length === 0) return null;
  return (
    <p className="banner">
      {said}{" "}
      {ids.map((id, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <Link className="mono" to={`/incidents/${encodeURIComponent(id)}`}>
            {id}
          </Link>
        </span>
      ))}
    </p>
  );
}
