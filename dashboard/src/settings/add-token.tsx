import { type FormEvent, useState } from "react";
import * as api from "../api/accounts";
import type { Role } from "../api/auth";
import { Dialog } from "../design/dialog";
import { NameField } from "../design/name-field";
import { Secret } from "../design/secret";
import { Trouble } from "../design/trouble";
import { useTokenChange } from "./data";
import { RolePick } from "./role-pick";

const DAY_MS = 86_400_000;
const LIFETIMES = [30, 90, 365] as const;

/** Makes a token; its secret is shown this once and is gone when the dialog closes. */
export function AddTokenDialog({ onClose }: { onClose: () => void }) {
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState<number>(90);
  const create = useTokenChange((name: string) =>
    api.createToken({ name, role, expires_at: endAfter(days, Date.now()) }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate(String(new FormData(event.currentTarget).get("name")));
  };
  return (
    <Dialog title="Create a token" onClose={onClose}>
      {create.data ? (
        <>
          <Secret name={`Token ${create.data.token.name}`} value={create.data.secret} />
          <p className="muted">
            Programs send it as <code>Authorization: Bearer …</code>
          </p>
          <div className="row end">
            <button type="button" className="button" onClick={onClose}>
              Done
            </button>
          </div>
        </>
      ) : (
        <form className="stack" onSubmit={submit}>
          <NameField label="Name of the program" fill="off" />
          <RolePick value={role} onChange={setRole} />
          <label className="labelled">
            Ends after
            <select
              className="field"
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
            >
              {LIFETIMES.map((item) => (
                <option key={item} value={item}>
                  {item} days
                </option>
              ))}
              <option value={0}>never; only when revoked</option>
            </select>
          </label>
          <Trouble error={create.error} />
          <div className="row end">
            <button type="button" className="button" onClick={onClose}>
              Back
            </button>
            <button type="submit" className="button primary" disabled={create.isPending}>
              Create
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function endAfter(days: number, nowMs: number): string | null {
  return days === 0 ? null : new Date(nowMs + days * DAY_MS).toISOString();
}
