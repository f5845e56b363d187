import { useState } from "react";
import { useNow } from "./now";

/** Return how many seconds are left to wait, and how to begin to wait some seconds. */
export function useCountdown(): [number, (seconds: number) => void] {
  const [endMs, setEndMs] = useState(0);
  const now = useNow();
  const leftS = Math.max(0, Math.ceil((endMs - now) / 1000));
  return [leftS, (seconds) => setEndMs(Date.now() + seconds * 1000)];
}
