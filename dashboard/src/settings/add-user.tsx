import { type FormEvent, useState } from "react";
import * as api from "../api/accounts";
import type { Role } from "../api/auth";
import { Dialog } from "../design/dialog";
import { NameField } from "../design/name-field";
import { Secret } from "../design/secret";
import { Trouble } from "../design/trouble";
import { useUserChange } from "./data";
import { RolePick } from "./role-pick";

/** Lets a person in; the platform makes up their first password and shows it once. */
export function AddUserDialog({ onClose }: { onClose: () => void }) {
  const [role, setRole] = useState<Role>("viewer");
  const add = useUserChange((name: string) => api.addUser(name, role));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate(String(new FormData(event.currentTarget).get("name")));
  };
  return (
    <Dialog title="Add a person" onClose={onClose}>
      {add.data ? (
        <>
          <p>
            <strong>{add.data.user.name}</strong> can sign in with this password.
          </p>
          {add.data.password && <Secret name="Password" value={add.data.password} />}
          <div className="row end">
            <button type="button" className="button" onClick={onClose}>
              Done
            </button>
          </div>
        </>
      ) : (
        <form className="stack" onSubmit={submit}>
          <NameField fill="off" />
          <RolePick value={role} onChange={setRole} />
          <Trouble error={add.error} />
          <div className="row end">
            <button type="button" className="button" onClick={onClose}>
              Back
            </button>
            <button type="submit" className="button primary" disabled={add.isPending}>
              Add
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
