import "./held.css";
import type { Obstacle } from "../api/brakes";
import { absolute } from "./time";

/** The brakes that hold a plan, each with its end; `when` says as of when. */
export function Held({
  brakes,
  when = "Held now",
}: {
  brakes: readonly Obstacle[];
  when?: string;
}) {
  return brakes.map((brake) => (
    <p key={brake.brake + brake.reason} className="held">
      {when}: {brake.reason}{" "}
      {brake.until ? `(until ${absolute(brake.until)})` : "(until a person ends it)"}
    </p>
  ));
}
