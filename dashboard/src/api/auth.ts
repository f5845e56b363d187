/** Signing in and out, and one's own password. */

import { answer, api } from "./client";

export type { Me, Role } from "./generated/schema";

export function me() {
  return answer(api.GET("/api/v1/auth/me"));
}

export function signIn(name: string, password: string) {
  return answer(api.POST("/api/v1/auth/sign-in", { body: { name, password } }));
}

export function signOut() {
  return answer(api.POST("/api/v1/auth/sign-out"));
}

export function register(name: string, password: string) {
  return answer(api.POST("/api/v1/auth/register", { body: { name, password } }));
}

export function changePassword(current: string, next: string) {
  return answer(api.POST("/api/v1/auth/password", { body: { current, new: next } }));
}
