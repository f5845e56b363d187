import { useNow } from "./now";
import { absolute, ago, until } from "./time";

/** A moment as people say it; the exact one on hover. */
export function Ago({ at }: { at: string }) {
  return (
    <time dateTime={at} title={absolute(at)}>
      {ago(at, useNow())}
    </time>
  );
}

/** How long there is until a moment. */
export function Until({ at, over = "over" }: { at: string; over?: string }) {
  return (
    <time dateTime={at} title={absolute(at)}>
      {until(at, useNow()) ?? over}
    </time>
  );
}
