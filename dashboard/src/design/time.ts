/** Moments and durations as people read them. */

/** Return the time of day in the reader's own time zone, which it names. */
export function clock(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB", { timeStyle: "long" });
}

/** Return the time of day without its zone: for a column whose heading names that, as `zoneAt` does. */
export function bareClock(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB", { hour12: false });
}

/** Return the reader's time zone as it is called at a moment: CET, or CEST in summer. */
export function zoneAt(at: string): string {
  return clock(at).slice(bareClock(at).length + 1);
}

export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 90) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 90) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function between(start: string, end: string): number {
  return (Date.parse(end) - Date.parse(start)) / 1000;
}

export function ago(at: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** Return a moment in full, in the reader's own time zone. */
export function absolute(at: string): string {
  return new Date(at).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
}

/** Return a moment with its day, in the reader's own time zone, which it names. */
export function dated(at: string): string {
  const day = { day: "numeric", month: "short" } as const;
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return new Date(at).toLocaleString("en-GB", { ...day, ...time, timeZoneName: "short" });
}

/** Return how long there is until a moment, or null when it is past. */
export function until(at: string, now: number): string | null {
  const seconds = Math.ceil((Date.parse(at) - now) / 1000);
  if (seconds <= 0) return null;
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400 * 2) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
