/** Follows what happens in the organization: each change makes what is shown be asked for again. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { follow } from "./follow";
import { useReach } from "./halt";
import { type Connection, LiveContext } from "./live";
import { useSession } from "./session";

export function FeedProvider({ children }: { children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(false);
  const isReached = useReach();
  const queries = useQueryClient();
  const { look } = useSession();

  useEffect(() => {
    const feed = follow({
      onOpen: setIsOpen,
      onSignedOut: look,
      onChange: (keys) => {
        for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
      },
    });
    return () => feed.stop();
  }, [queries, look]);

  const connection: Connection = isOpen ? "live" : isReached ? "asking" : "lost";
  return <LiveContext value={connection}>{children}</LiveContext>;
}
