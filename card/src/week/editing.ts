/** A draft and the saved plan, which may be changed elsewhere in the meantime. */

import type { Plan, PlanInput } from "../api";
import { fromPlan, isChanged, isSavedAs, rebased, toInput, withIds, type Draft } from "./draft";
import { edited, mapped, redone, started, undone, type History } from "./history";

/** `elsewhere` is a plan that was saved elsewhere during the edits; `isSaved` means that this draft was just saved. */
export interface Editing {
  readonly saved: Draft;
  readonly revision: string;
  readonly history: History;
  readonly elsewhere: Plan | null;
  readonly isSaved: boolean;
}

/** Return the editing of a plan, without edits. */
export function begun(plan: Plan): Editing {
  const saved = fromPlan(plan);
  return { saved, revision: plan.revision, history: started(saved), elsewhere: null, isSaved: false };
}

/** Return whether there are unsaved edits. */
export function isDirty(editing: Editing): boolean {
  return !editing.isSaved && isChanged(editing.history.draft, editing.saved);
}

/** Return the editing after a plan was received, which replaces the draft if it has no edits. */
export function received(editing: Editing | null, plan: Plan, isSaving: boolean): Editing {
  if (editing === null) return begun(plan);
  const isSame = plan.revision === editing.revision;
  if (isSame && (editing.isSaved || isDirty(editing)))
    return editing.elsewhere ? { ...editing, elsewhere: null } : editing;
  if (isSame) return isChanged(fromPlan(plan), editing.saved) ? begun(plan) : editing;
  if (isSaving) return editing;
  const isOurs = isSavedAs(editing.history.draft, fromPlan(plan));
  if (isOurs) return continued(editing, editing, plan);
  return isDirty(editing) ? { ...editing, elsewhere: plan } : begun(plan);
}

/** Return the editing `now` after that `sent` was saved: the received plan, if any, with the edits made since. */
export function afterSave(sent: Editing, now: Editing, plan: Plan): Editing {
  const { draft } = now.history;
  const isReceived = plan.revision !== sent.revision;
  if (isReceived) return continued(sent, now, plan);
  return draft === sent.history.draft ? { ...now, isSaved: true } : now;
}

/** Return the editing `now` on the plan that the draft `sent` became when it was saved, with its history. */
function continued(sent: Editing, now: Editing, plan: Plan): Editing {
  const next = begun(plan);
  const history = mapped(now.history, (draft) => withIds(draft, sent.history.draft, next.saved));
  const isSent = now.history.draft === sent.history.draft;
  return { ...next, history: isSent ? { ...history, draft: next.saved } : history };
}

/** Return the editing after an edit. */
export function withDraft(editing: Editing, draft: Draft): Editing {
  return { ...editing, isSaved: false, history: edited(editing.history, draft) };
}

/** Return the editing without the last edit. */
export function withUndo(editing: Editing): Editing {
  return { ...editing, isSaved: false, history: undone(editing.history) };
}

/** Return the editing with the last undone edit. */
export function withRedo(editing: Editing): Editing {
  return { ...editing, isSaved: false, history: redone(editing.history) };
}

/** Return the edits applied to the plan that was saved elsewhere; saving then overwrites the edited parts. */
export function overwriting(editing: Editing): Editing {
  if (editing.elsewhere === null) return editing;
  const current = begun(editing.elsewhere);
  const draft = rebased(editing.history.draft, editing.saved, current.saved);
  return { ...current, history: edited(current.history, draft) };
}

/** Return the input of the integration that saves the draft. */
export function inputOf(editing: Editing): PlanInput {
  return toInput(editing.history.draft, editing.saved, editing.revision);
}
