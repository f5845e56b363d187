/** People and programs, as administrators look after them. */

import { answer, api } from "./client";
import type { NewToken, Role, UserChange } from "./generated/schema";

export type { TokenView, UserView } from "./generated/schema";

export function listUsers(signal: AbortSignal) {
  return answer(api.GET("/api/v1/users", { signal }));
}

export function addUser(name: string, role: Role) {
  return answer(api.POST("/api/v1/users", { body: { name, role } }));
}

export function changeUser(user_id: string, body: UserChange) {
  return answer(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id } }, body }));
}

export function resetPassword(user_id: string) {
  return answer(api.POST("/api/v1/users/{user_id}/password", { params: { path: { user_id } } }));
}

export function listTokens(signal: AbortSignal) {
  return answer(api.GET("/api/v1/tokens", { signal }));
}

export function createToken(body: NewToken) {
  return answer(api.POST("/api/v1/tokens", { body }));
}

export function revokeToken(token_id: string) {
  return answer(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id } } }));
}
