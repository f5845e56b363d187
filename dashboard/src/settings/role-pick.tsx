import type { Role } from "../api/auth";
import { MEANINGS, ROLES } from "./data";

/** The roles with what each may do. */
export function RolePick({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  return (
    <fieldset className="role-pick">
      <legend>Role</legend>
      {ROLES.map((role) => (
        <label key={role}>
          <input
            type="radio"
            name="role"
            value={role}
            checked={role === value}
            onChange={() => onChange(role)}
          />
          <span>
            <strong>{role}</strong> <span className="muted">{MEANINGS[role]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
