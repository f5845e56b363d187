/** Signing in and out, and one's own password. */

import { ask } from "./http";

export type Role = "viewer" | "responder" | "approver" | "admin";

export interface Me {
  name: string;
  role: Role;
  org_id: string;
  kind: "person" | "program";
  csrf_token: string | null;
  expires_at: string | null;
}

export function me(): Promise<Me> {
  return ask("GET", "auth/me");
}

export function signIn(name: string, password: string): Promise<Me> {
  return ask("POST", "auth/sign-in", { body: { name, password } });
}

export function signOut(): Promise<void> {
  return ask("POST", "auth/sign-out");
}

export function register(name: string, password: string): Promise<void> {
  return ask("POST", "auth/register", { body: { name, password } });
}

export function changePassword(current: string, next: string): Promise<void> {
  return ask("POST", "auth/password", { body: { current, new: next } });
}
