/** A list that follows its end, unless the reader scrolled up to read. */

import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 48;
/** Fonts and folds settle after the first frame, and move the end with them. */
const SETTLE_FRAMES = 3;

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
  const isFollowing = useRef(true);
  const lastTop = useRef(0);
  const [read, setRead] = useState(count);

  const pin = useCallback((frames: number) => {
    const element = list.current;
    if (!element || !isFollowing.current) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
    if (frames > 0) requestAnimationFrame(() => pin(frames - 1));
  }, []);

  const toEnd = useCallback(() => {
    isFollowing.current = true;
    pin(SETTLE_FRAMES);
    setRead(count);
  }, [count, pin]);

  useLayoutEffect(() => {
    if (isFollowing.current) toEnd();
  }, [toEnd]);

  const onScroll = () => {
    const element = list.current;
    if (!element) return;
    const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    // Only who moves up stops to follow: what is drawn below moves the end, not the reader.
    if (element.scrollTop < lastTop.current && !isNear) isFollowing.current = false;
    if (isNear) {
      isFollowing.current = true;
      setRead(count);
    }
    lastTop.current = element.scrollTop;
  };

  return { list, onScroll, unread: Math.max(0, count - read), toEnd };
}
