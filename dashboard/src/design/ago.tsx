import { useNow } from "./now";
import { absolute, ago, dated, until } from "./time";

/** A moment as people say it; the exact one on hover. */
export function Ago({ at }: { at: string }) {
  return (
    <time dateTime={at} title={absolute(at)}>
      {ago(at, useNow())}
    </time>
  );
}

/** How long there is left until a moment. */
export function Left({ at }: { at: string }) {
  const left = until(at, useNow());
  return (
    <time className="left" dateTime={at} title={absolute(at)}>
      {left === null ? (
        "expired"
      ) : (
        <>
          <strong>{left}</strong> left
        </>
      )}
    </time>
  );
}

/** A moment in full, for a record; how long ago it was on hover. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={ago(at, useNow())}>
      {dated(at)}
    </time>
  );
}
