import { clock } from "../design/time";
import type { Approval } from "./run";

/** Who has said yes so far, where it takes several people; `given` of them count. */
export function Answers({ approval, given }: { approval: Approval; given: number }) {
  if (approval.people === 1) return null;
  const missing = approval.people - given;
  const others = given === 0 ? `${missing} different people` : "another";
  return (
    <div className="answers" role="status">
      <p>
        <strong>
          {given} of {approval.people} approved
        </strong>
        , waiting for {missing > 1 && given > 0 ? `${missing} others` : others}
        {given < approval.yes.length && "; who was shut out took their yes along"}
      </p>
      <ul>
        {approval.yes.map((yes) => (
          <li key={yes.by + yes.at}>
            {yes.by} at {clock(yes.at)}
            {yes.leftOut.length > 0 && `, without ${yes.leftOut.join(", ")}`}
          </li>
        ))}
      </ul>
    </div>
  );
}
