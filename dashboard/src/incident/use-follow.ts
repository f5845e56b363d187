/** A list that follows its end, unless the reader scrolled up to read. */

import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 48;

export interface Follow<E extends HTMLElement> {
  list: RefObject<E | null>;
  onScroll: () => void;
  /** How many came since the reader scrolled up. */
  unread: number;
  toEnd: () => void;
}

/** `count` is how much there is; it only grows while the same log is read. */
export function useFollow<E extends HTMLElement>(count: number): Follow<E> {
  const list = useRef<E>(null);
  const isAtEnd = useRef(true);
  const [read, setRead] = useState(count);

  const toEnd = useCallback(() => {
    const element = list.current;
    isAtEnd.current = true;
    if (element) element.scrollTop = element.scrollHeight;
    setRead(count);
  }, [count]);

  useLayoutEffect(() => {
    if (isAtEnd.current || count < read) toEnd();
  }, [count, read, toEnd]);

  const onScroll = () => {
    const element = list.current;
    if (!element) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    if (isAtEnd.current) setRead(count);
  };

  return { list, onScroll, unread: Math.max(0, count - read), toEnd };
}
