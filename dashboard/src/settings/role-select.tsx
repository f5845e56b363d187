import type { Role } from "../api/auth";
import { MEANINGS, ROLES } from "./data";

interface Props {
  label: string;
  value: Role | null;
  isOff: boolean;
  onChange: (role: Role | null) => void;
}

/** A role to choose, or none. */
export function RoleSelect({ label, value, isOff, onChange }: Props) {
  return (
    <select
      className="field"
      aria-label={label}
      title={value ? MEANINGS[value] : "sees nothing"}
      value={value ?? ""}
      disabled={isOff}
      onChange={(event) => onChange(ROLES.find((role) => role === event.target.value) ?? null)}
    >
      <option value="">no role</option>
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {role}
        </option>
      ))}
    </select>
  );
}
