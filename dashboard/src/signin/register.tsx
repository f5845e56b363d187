import { type FormEvent, useState } from "react";
import * as auth from "../api/auth";
import { ProblemError } from "../api/http";
import { useCountdown } from "../design/countdown";
import { NameField } from "../design/name-field";
import { Trouble } from "../design/trouble";

const MIN_CHARS = 12;

/** A new account; it opens nothing until an administrator gives it a role. */
export function RegisterForm({ onBack }: { onBack: () => void }) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [leftS, wait] = useCountdown();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name"));
    setIsBusy(true);
    setError(null);
    try {
      await auth.register(name, String(form.get("password")));
      setMade(name);
    } catch (thrown) {
      if (thrown instanceof ProblemError && thrown.retryAfterS) wait(thrown.retryAfterS);
      setError(thrown);
    }
    setIsBusy(false);
  };

  if (made !== null) return <Made name={made} onBack={onBack} />;
  return (
    <form className="stack" onSubmit={submit} aria-labelledby="door-title">
      <h1 id="door-title">Register</h1>
      <NameField fill="username" />
      <label className="labelled">
        Password
        <input
          className="field"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={MIN_CHARS}
          maxLength={256}
          required
          aria-describedby="password-rule"
        />
        <span id="password-rule" className="faint">
          At least {MIN_CHARS} characters; not your name.
        </span>
      </label>
      <Trouble error={error} />
      <button type="submit" className="button primary tall" disabled={isBusy || leftS > 0}>
        {leftS > 0 ? `Try again in ${leftS} s` : "Register"}
      </button>
      <p className="aside muted">
        Known already?{" "}
        <button type="button" className="link" onClick={onBack}>
          Sign in
        </button>
      </p>
    </form>
  );
}

function Made({ name, onBack }: { name: string; onBack: () => void }) {
  return (
    <div className="stack" role="status">
      <h1>Almost there</h1>
      <p>
        The account <strong>{name}</strong> is made. It has no role yet: an administrator has to
        give it one, under Settings, before you can sign in.
      </p>
      <button type="button" className="button tall" onClick={onBack}>
        Back to sign in
      </button>
    </div>
  );
}
