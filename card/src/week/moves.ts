/** Moves of blocks, or of one of their ends, by dragging or with the arrow keys. */

import { findDeparture, findWindow, isRefused, type Draft, type DraftWindow, type Edited } from "./draft";
import { moveDeparture } from "./departures";
import { clampedLength, MINUTES } from "./time";
import { placeWindow } from "./windows";

/** The block to move, or one of its ends; `day` is the day on which a departure is moved. */
export interface Grip {
  readonly key: string;
  readonly edge: "start" | "end" | null;
  readonly day: number;
}

/** The distance of a move, in quarters of an hour and days. */
export interface Shift {
  readonly quarters: number;
  readonly days: number;
}

/** Return the place of a window after it, or one of its ends, is moved. */
export function shifted(each: DraftWindow, grip: Grip, shift: Shift): { days: number; start: number; length: number } {
  const { start, length } = each;
  if (grip.edge === null) return { days: shift.days, start: start + shift.quarters, length };
  if (grip.edge === "end") return { days: 0, start, length: clampedLength(length + shift.quarters) };
  const shorter = clampedLength(length - shift.quarters);
  return { days: 0, start: start + length - shorter, length: shorter };
}

/** Return the new time of a departure in minutes after midnight, rounded to a quarter of an hour. */
export function shiftedTime(at: number, quarters: number): number {
  return quarters === 0 ? at : Math.round((at + quarters * MINUTES) / MINUTES) * MINUTES;
}

/** Move a block, or one of its ends. */
export function move(draft: Draft, grip: Grip, shift: Shift): Edited {
  const window = findWindow(draft, grip.key);
  if (window !== undefined) return placeWindow(draft, grip.key, shifted(window, grip, shift));
  const departure = findDeparture(draft, grip.key);
  const at = shiftedTime(departure?.at ?? 0, shift.quarters);
  return moveDeparture(draft, grip.key, grip.day, shift.days, at);
}

/** Return a draft after several edits, or why one was refused; `key` is the key of the last edited block. */
export function applyAll(draft: Draft, edits: readonly ((draft: Draft, key: string | null) => Edited)[]): Edited {
  return edits.reduce<Edited>(
    (before, edit) => {
      if (isRefused(before)) return before;
      const result = edit(before.draft, before.key);
      return isRefused(result) ? result : { draft: result.draft, key: result.key ?? before.key };
    },
    { draft, key: null },
  );
}
