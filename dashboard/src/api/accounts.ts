/** People and programs, as administrators look after them. */

import type { Role } from "./auth";
import { ask } from "./http";

export interface User {
  id: string;
  name: string;
  role: Role | null;
  created_at: string;
  disabled_at: string | null;
}

export interface Token {
  id: string;
  name: string;
  role: Role;
  created_by: string;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  used_at: string | null;
}

export function listUsers(signal?: AbortSignal): Promise<{ users: User[] }> {
  return ask("GET", "users", { signal });
}

export function addUser(
  name: string,
  role: Role | null,
): Promise<{ user: User; password: string }> {
  return ask("POST", "users", { body: { name, role } });
}

export function changeUser(
  id: string,
  change: { role?: Role | null; disabled?: boolean },
): Promise<User> {
  return ask("PATCH", `users/${encodeURIComponent(id)}`, { body: change });
}

export function resetPassword(id: string): Promise<{ password: string }> {
  return ask("POST", `users/${encodeURIComponent(id)}/password`);
}

export function listTokens(signal?: AbortSignal): Promise<{ tokens: Token[] }> {
  return ask("GET", "tokens", { signal });
}

export function createToken(body: {
  name: string;
  role: Role;
  expires_at: string | null;
}): Promise<{ token: Token; secret: string }> {
  return ask("POST", "tokens", { body });
}

export function revokeToken(id: string): Promise<unknown> {
  return ask("DELETE", `tokens/${encodeURIComponent(id)}`);
}
