import "./signin.css";
import { useState } from "react";
import { Navigate, useLocation } from "react-router";
import { useSession } from "../app/session";
import { Waiting } from "../app/waiting";
import { useTitle } from "../design/title";
import { RegisterForm } from "./register";
import { SignInForm } from "./signin";

/** The door: sign in, or ask to be let in. */
export function SignInPage() {
  useTitle("Sign in");
  const { state } = useSession();
  const location = useLocation();
  const [isRegistering, setIsRegistering] = useState(false);
  const { from, wasOver } = cameFrom(location.state);
  if (state.is === "loading") return <Waiting />;
  if (state.is === "unreachable") return <Waiting problem={state.problem} />;
  if (state.is === "signed-in") return <Navigate to={from} replace />;
  return (
    <main className="door">
      <svg className="trace" viewBox="0 0 1600 240" preserveAspectRatio="none" aria-hidden="true">
        <path d="M0 130H150l20-22 22 22h34l13 24 28-128 32 178 20-74h48l20-20 22 20H1600" />
      </svg>
      <div className="door-card card">
        <p className="door-name">War room</p>
        {wasOver && !isRegistering && (
          <p className="note" role="status">
            Your session is over. Sign in to go on where you were.
          </p>
        )}
        {isRegistering ? (
          <RegisterForm onBack={() => setIsRegistering(false)} />
        ) : (
          <SignInForm onRegister={() => setIsRegistering(true)} />
        )}
      </div>
    </main>
  );
}

/** Return where to go after signing in: a page of ours, whatever the browser remembers. */
function cameFrom(state: unknown): { from: string; wasOver: boolean } {
  const given = (state ?? {}) as { from?: unknown; wasOver?: unknown };
  const from = typeof given.from === "string" && /^\/(?!\/)/.test(given.from) ? given.from : "/";
  return { from, wasOver: given.wasOver === true };
}
