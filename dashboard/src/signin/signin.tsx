import { type FormEvent, useState } from "react";
import { ProblemError } from "../api/http";
import { useSession } from "../app/session";
import { useCountdown } from "../design/countdown";
import { NameField } from "../design/name-field";
import { Trouble } from "../design/trouble";

/** Name and password; while there were too many tries it says how long to wait. */
export function SignInForm({ onRegister }: { onRegister: () => void }) {
  const { signIn } = useSession();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [leftS, wait] = useCountdown();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setIsBusy(true);
    setError(null);
    try {
      await signIn(String(form.get("name")), String(form.get("password")));
    } catch (thrown) {
      if (thrown instanceof ProblemError && thrown.retryAfterS) wait(thrown.retryAfterS);
      setError(thrown);
      setIsBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={submit} aria-labelledby="door-title">
      <h1 id="door-title">Sign in</h1>
      <NameField fill="username" />
      <label className="labelled">
        Password
        <input
          className="field"
          name="password"
          type="password"
          autoComplete="current-password"
          maxLength={256}
          required
        />
      </label>
      <Trouble error={error} />
      <button type="submit" className="button primary tall" disabled={isBusy || leftS > 0}>
        {leftS > 0 ? `Try again in ${leftS} s` : "Sign in"}
      </button>
      <p className="aside muted">
        New here?{" "}
        <button type="button" className="link" onClick={onRegister}>
          Register
        </button>
      </p>
    </form>
  );
}
