import { ProblemError } from "../api/http";

interface Props {
  error: unknown;
  /** What asks by itself does not repeat that nothing answers: the frame says so once. */
  isAskedAgain?: boolean;
}

/** What went wrong and what to do about it, in the platform's own words. */
export function Trouble({ error, isAskedAgain = false }: Props) {
  if (!error) return null;
  const isProblem = error instanceof ProblemError;
  if (isAskedAgain && isProblem && error.status === 0) return null;
  return (
    <div className="trouble" role="alert">
      <strong>{isProblem ? error.title : "Something went wrong in this page"}</strong>
      {isProblem && error.detail && <p>{error.detail}</p>}
      <p className="hint">{isProblem ? error.hint : "Reload it and try again."}</p>
    </div>
  );
}
