/// <reference lib="dom" />

/**
 * How wide a component may be.
 *
 * @module
 */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A reference for the element around the component, and its width in pixels; 0 at first. */
export function useRoom(): [RefObject<HTMLDivElement | null>, number] {
  const node = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useEffect(() => {
    if (!node.current) return;
    const observer = new ResizeObserver(([{ contentRect }]) => setRoom(Math.floor(contentRect.width)));
    observer.observe(node.current);
    return () => observer.disconnect();
  }, []);
  return [node, room];
}
