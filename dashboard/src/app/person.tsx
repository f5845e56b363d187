import { CircleUserRound } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { Dialog } from "../design/dialog";
import { Trouble } from "../design/trouble";
import { useMe, useSession } from "./session";
import { THEMES, useTheme } from "./theme";

/** Who is signed in; opens what concerns them: colours, password, signing out. */
export function Person() {
  const me = useMe();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="person"
        aria-haspopup="dialog"
        title={`${me.name}, ${me.role}`}
        onClick={() => setIsOpen(true)}
      >
        <CircleUserRound aria-hidden="true" />
        <span className="name">{me.name}</span>
        <span className="role">{me.role}</span>
      </button>
      {isOpen && <PersonDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}

function PersonDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const { signOut } = useSession();
  const [error, setError] = useState<unknown>(null);
  return (
    <Dialog title={me.name} onClose={onClose}>
      <p className="muted">
        You are signed in with the role <strong>{me.role}</strong>.
      </p>
      <ThemeSwitch />
      <Trouble error={error} />
      <div className="row end">
        <Link className="button" to="/settings#password" onClick={onClose}>
          Change password
        </Link>
        <button type="button" className="button" onClick={() => signOut().catch(setError)}>
          Sign out
        </button>
      </div>
    </Dialog>
  );
}

function ThemeSwitch() {
  const [theme, choose] = useTheme();
  return (
    <fieldset className="choice">
      <legend>Colours</legend>
      {THEMES.map((item) => (
        <label key={item}>
          <input type="radio" name="theme" checked={item === theme} onChange={() => choose(item)} />
          <span>{item}</span>
        </label>
      ))}
    </fieldset>
  );
}
