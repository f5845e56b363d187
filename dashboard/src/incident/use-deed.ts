/** One thing asked of the incident: whether it is on its way, and what was wrong with it. */

import { useCallback, useState } from "react";
import { ask } from "../api/http";

export interface Deed {
  isSending: boolean;
  error: unknown;
  /** Send it; true when it was taken. */
  send: (verb: string, body?: object) => Promise<boolean>;
  forget: () => void;
}

export function useDeed(incidentId: string): Deed {
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = useCallback(
    async (verb: string, body: object = {}) => {
      setSending(true);
      setError(null);
      try {
        await ask("POST", `incidents/${encodeURIComponent(incidentId)}/${verb}`, { body });
        return true;
      } catch (thrown) {
        setError(thrown);
        return false;
      } finally {
        setSending(false);
      }
    },
    [incidentId],
  );
  const forget = useCallback(() => setError(null), []);
  return { isSending, error, send, forget };
}
