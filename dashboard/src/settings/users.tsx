import { useState } from "react";
import type { UserView } from "../api/accounts";
import * as api from "../api/accounts";
import type { Role } from "../api/auth";
import { useMe } from "../app/session";
import { Ago } from "../design/ago";
import { Dialog } from "../design/dialog";
import { Secret } from "../design/secret";
import { Trouble } from "../design/trouble";
import { AddUserDialog } from "./add-user";
import { useUserChange, useUsers } from "./data";
import { RoleSelect } from "./role-select";

/** Everyone who can sign in, and those who wait for a role. */
export function Users() {
  const users = useUsers();
  const [isAdding, setIsAdding] = useState(false);
  return (
    <section className="stack" aria-label="People">
      <div className="row between">
        <h2>People</h2>
        <button type="button" className="button small" onClick={() => setIsAdding(true)}>
          Add a person
        </button>
      </div>
      <div className="card" aria-busy={users.isPending}>
        <Trouble error={users.error} isAskedAgain />
        {users.isPending && !users.error && <div className="rows-ahead" />}
        {users.data && (
          <table className="table accounts">
            <thead>
              <tr>
                <th>Name</th>
                <th>Role</th>
                <th>Since</th>
                <th>
                  <span className="unseen">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {waitingFirst(users.data).map((user) => (
                <UserRow key={user.id} user={user} />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {isAdding && <AddUserDialog onClose={() => setIsAdding(false)} />}
    </section>
  );
}

/** Return the users, those who wait for a role before the others. */
export function waitingFirst(users: readonly UserView[]): UserView[] {
  const waits = (user: UserView) => Number(user.role === null && user.disabled_at === null);
  return users.toSorted((a, b) => waits(b) - waits(a) || a.name.localeCompare(b.name));
}

function UserRow({ user }: { user: UserView }) {
  const me = useMe();
  const change = useUserChange((what: { role?: Role | null; disabled?: boolean }) =>
    api.changeUser(user.id, what),
  );
  const [isResetting, setIsResetting] = useState(false);
  const isMe = user.name === me.name;
  return (
    <tr className={user.disabled_at ? "off" : ""}>
      <td className="first">
        <strong>{user.name}</strong>
        {isMe && <span className="faint"> (you)</span>}
        {user.role === null && !user.disabled_at && (
          <span className="badge wait">waits for a role</span>
        )}
        {user.disabled_at && <span className="badge">disabled</span>}
        <Trouble error={change.error} />
      </td>
      <td>
        <RoleSelect
          label={`Role of ${user.name}`}
          value={user.role}
          isOff={change.isPending || user.disabled_at !== null}
          onChange={(role) => change.mutate({ role })}
        />
      </td>
      <td className="when">
        <Ago at={user.created_at} />
      </td>
      <td className="acts">
        <button type="button" className="button small" onClick={() => setIsResetting(true)}>
          Reset password
        </button>
        <button
          type="button"
          className="button small"
          disabled={isMe || change.isPending}
          onClick={() => change.mutate({ disabled: user.disabled_at === null })}
        >
          {user.disabled_at ? "Enable" : "Disable"}
        </button>
        {isResetting && <ResetDialog user={user} onClose={() => setIsResetting(false)} />}
      </td>
    </tr>
  );
}

function ResetDialog({ user, onClose }: { user: UserView; onClose: () => void }) {
  const reset = useUserChange(() => api.resetPassword(user.id));
  return (
    <Dialog title={`Reset the password of ${user.name}`} onClose={onClose}>
      {reset.data ? (
        <>
          <Secret name="New password" value={reset.data.password} />
          <div className="row end">
            <button type="button" className="button" onClick={onClose}>
              Done
            </button>
          </div>
        </>
      ) : (
        <>
          <p className="muted">
            The old password ends at once, and so does every session of {user.name}.
          </p>
          <Trouble error={reset.error} />
          <div className="row end">
            <button type="button" className="button" onClick={onClose}>
              Back
            </button>
            <button
              type="button"
              className="button primary"
              disabled={reset.isPending}
              onClick={() => reset.mutate(undefined)}
            >
              Make a new password
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
