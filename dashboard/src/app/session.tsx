/** Who is signed in here, and what their role lets them do. */

import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import type { Me, Role } from "../api/auth";
import * as auth from "../api/auth";
import { ProblemError, setCsrfToken, setOnSignedOut } from "../api/http";

export type SessionState =
  | { is: "loading" }
  | { is: "unreachable"; problem: ProblemError }
  | { is: "signed-out"; wasOver: boolean }
  | { is: "signed-in"; me: Me };

interface Session {
  state: SessionState;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  look: () => Promise<void>;
}

const RETRY_MS = 3000;
const RANKS: readonly Role[] = ["viewer", "responder", "approver", "admin"];

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>({ is: "loading" });
  const queries = useQueryClient();

  const enter = useCallback((me: Me) => {
    setCsrfToken(me.csrf_token ?? null);
    setState({ is: "signed-in", me });
  }, []);

  // Whether a session was over is for the state of this moment to say: an effect may come too late.
  const leave = useCallback(
    (isOwnWish = false) => {
      setCsrfToken(null);
      queries.clear();
      setState((before) =>
        before.is === "signed-out"
          ? before
          : { is: "signed-out", wasOver: before.is === "signed-in" && !isOwnWish },
      );
    },
    [queries],
  );

  const look = useCallback(async () => {
    try {
      enter(await auth.me());
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.status === 401) leave();
      else setState({ is: "unreachable", problem: error });
    }
  }, [enter, leave]);

  useEffect(() => {
    void look();
  }, [look]);

  useEffect(() => setOnSignedOut(leave), [leave]);

  useEffect(() => {
    if (state.is !== "unreachable") return;
    const timer = setTimeout(look, RETRY_MS);
    return () => clearTimeout(timer);
  }, [state, look]);

  const session = useMemo<Session>(
    () => ({
      state,
      look,
      signIn: async (name, password) => {
        const me = await auth.signIn(name, password);
        queries.clear();
        enter(me);
      },
      signOut: async () => {
        await auth.signOut();
        leave(true);
      },
    }),
    [state, look, queries, enter, leave],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is used outside SessionProvider");
  return session;
}

/** Return who is signed in; only for what is shown to those who are. */
export function useMe(): Me {
  const { state } = useSession();
  if (state.is !== "signed-in") throw new Error("useMe is used where nobody is signed in");
  return state.me;
}

/** Return whether the one who is signed in may do what the role may. */
export function useMay(role: Role): boolean {
  return includes(useMe().role, role);
}

export function includes(role: Role, other: Role): boolean {
  return RANKS.indexOf(role) >= RANKS.indexOf(other);
}
