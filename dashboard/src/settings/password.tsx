import { type FormEvent, useState } from "react";
import { changePassword } from "../api/auth";
import { Trouble } from "../design/trouble";

const MIN_CHARS = 12;

/** One's own password. */
export function Password() {
  const [error, setError] = useState<unknown>(null);
  const [isDone, setIsDone] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    setError(null);
    setIsDone(false);
    setIsBusy(true);
    try {
      await changePassword(String(form.get("current")), String(form.get("new")));
      element.reset();
      setIsDone(true);
    } catch (thrown) {
      setError(thrown);
    }
    setIsBusy(false);
  };
  return (
    <section className="stack" aria-label="Your password" id="password">
      <h2>Your password</h2>
      <form className="card password-form" onSubmit={submit}>
        <label className="labelled">
          Current password
          <input
            className="field"
            name="current"
            type="password"
            autoComplete="current-password"
            maxLength={256}
            required
          />
        </label>
        <label className="labelled">
          New password
          <input
            className="field"
            name="new"
            type="password"
            autoComplete="new-password"
            minLength={MIN_CHARS}
            maxLength={256}
            required
          />
        </label>
        <button type="submit" className="button" disabled={isBusy}>
          Change password
        </button>
        <p className="muted" role="status">
          {isDone
            ? "Changed. Your sessions elsewhere have ended."
            : `At least ${MIN_CHARS} characters. Your sessions elsewhere end.`}
        </p>
        <Trouble error={error} />
      </form>
    </section>
  );
}
