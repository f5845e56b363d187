/** Keys for what has no name of its own: equal things are all shown, each under a key of its own. */

export interface Keyed<T> {
  key: string;
  item: T;
}

export function keyed<T>(items: readonly T[], nameOf: (item: T) => string): Keyed<T>[] {
  const counts = new Map<string, number>();
  return items.map((item) => {
    const name = nameOf(item);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { key: `${count} ${name}`, item };
  });
}

export function texts(items: readonly string[]): Keyed<string>[] {
  return keyed(items, (item) => item);
}
