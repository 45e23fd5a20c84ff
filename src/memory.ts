/**
 * The memory behind frames, which the garbage collector of JavaScript does not see.
 *
 * To it a frame of a gigabyte is a small object, so that dead ones pile up until the process ends. So it is made to look, once so much
 * has been made that it is worth it: by a large buffer whose pages nobody touches. In the kernel of notebooks no buffer makes it run;
 * there it is called, which takes longer, and throws away compiled code. And of typed arrays it lets some hundred megabytes of dead
 * ones pile up, which long work need not leave behind.
 *
 * @module
 */

import v8 from "node:v8";
import vm from "node:vm";
import { inKernel } from "./kernel.ts";

/** Bytes of frames after which dead ones are looked for. With a large heap, which takes long to look through, later. */
const LOOK_AFTER = 128 << 20;
const SHARE_OF_HEAP = 0.5;
/**
 * A cell is a number, or the place of a text. What else making a frame takes, about twice that, a script's own collections find; in the
 * kernel they do not run.
 */
const BYTES_PER_CELL = 12, MAKING = inKernel() ? 3 : 1;

/** Bytes that make the collector run whatever there is already; half of them did, an eighth did not. */
const PRESSURE = 1 << 30;

/** Bytes in use from which on dead ones are looked for, and how many more there are before the next look. */
const MUCH = 200 << 20, MORE = 128 << 20;

let made = 0;
/** Bytes in use after the last look. */
let left = 0;
let collect: (() => void) | null | undefined;

/** Notes that a frame was made. Every frame is, before it is given away. */
export function noteFrame({ height, width }: { height: number; width: number }): void {
  made += height * width * BYTES_PER_CELL * MAKING;
  if (made < LOOK_AFTER || made < Deno.memoryUsage().heapUsed * SHARE_OF_HEAP) return;
  made = 0;
  if (inKernel() || !press()) call();
}

/**
 * For long work, now and then: what it has let go of is looked for where there is much.
 *
 * @param threads How many do such work at the same time: each has memory of its own, and sees no other.
 */
export function tidyUp(threads = 1): void {
  if (inUse() < Math.max(MUCH / threads, left + MORE / threads)) return;
  // Called, as what is pressed for comes too late.
  call();
  left = inUse();
}

function inUse(): number {
  const { used_heap_size, external_memory } = v8.getHeapStatistics();
  return used_heap_size + external_memory;
}

function call(): void {
  if (collect === undefined) collect = collector();
  collect?.();
}

/** Takes address space, and no memory, so that the collector thinks it time to run; false where there is no room. */
function press(): boolean {
  try {
    new ArrayBuffer(PRESSURE, { maxByteLength: PRESSURE }).transferToFixedLength(0);
    return true;
  } catch {
    return false;
  }
}

/** The garbage collector, which a context has that is made after the flag was set; null where it cannot be had. */
function collector(): (() => void) | null {
  try {
    v8.setFlagsFromString("--expose-gc");
    return vm.runInNewContext("gc") as () => void;
  } catch {
    return null;
  }
}
