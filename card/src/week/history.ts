/** A draft, its earlier versions for undo, and its undone ones for redo. */

import type { Draft } from "./draft";

const LONGEST = 100;

export interface History {
  readonly past: readonly Draft[];
  readonly draft: Draft;
  readonly future: readonly Draft[];
}

/** Return a history that starts with a draft. */
export function started(draft: Draft): History {
  return { past: [], draft, future: [] };
}

/** Return the history after an edit; an edit that changes nothing is not added. */
export function edited(history: History, draft: Draft): History {
  if (JSON.stringify(draft) === JSON.stringify(history.draft)) return history;
  return { past: [...history.past, history.draft].slice(-LONGEST), draft, future: [] };
}

/** Return the history without the last edit. */
export function undone(history: History): History {
  const { past, draft, future } = history;
  const before = past.at(-1);
  return before === undefined ? history : { past: past.slice(0, -1), draft: before, future: [draft, ...future] };
}

/** Return the history with the last undone edit. */
export function redone(history: History): History {
  const [next, ...future] = history.future;
  return next === undefined ? history : { past: [...history.past, history.draft], draft: next, future };
}

/** Return the history with changed drafts. */
export function mapped({ past, draft, future }: History, change: (draft: Draft) => Draft): History {
  return { past: past.map(change), draft: change(draft), future: future.map(change) };
}
