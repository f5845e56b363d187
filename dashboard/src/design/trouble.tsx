import { ProblemError } from "../api/http";

/** What went wrong and what to do about it, in the platform's own words. */
export function Trouble({ error }: { error: unknown }) {
  if (!error) return null;
  const isProblem = error instanceof ProblemError;
  return (
    <div className="trouble" role="alert">
      <strong>{isProblem ? error.title : "Something went wrong in this page"}</strong>
      {isProblem && error.detail && <p>{error.detail}</p>}
      <p className="hint">{isProblem ? error.hint : "Reload it and try again."}</p>
    </div>
  );
}
