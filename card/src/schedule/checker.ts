/** Checks of a draft: the card's own at once, and those of the integration shortly after the last edit. */

import { checkPlan, type Car, type Problem } from "../api";
import type { HomeAssistant } from "../hass";
import type { Draft } from "../week/draft";
import { inputOf, isDirty, type Editing } from "../week/editing";
import { problems } from "../week/problems";

const DELAY_MS = 400;

export class PlanChecker {
  #checked: Draft | null = null;
  #requested: Draft | null = null;
  #found: readonly Problem[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Create a checker that calls `onResult` after each response of the integration. */
  constructor(private readonly onResult: () => void) {}

  /** Return the known problems of a draft; request a check by the integration if that is not done yet. */
  problems(hass: HomeAssistant, car: Car, editing: Editing): readonly Problem[] {
    const { draft } = editing.history;
    if (!isDirty(editing)) return [];
    if (draft === this.#checked) return this.#found;
    if (draft !== this.#requested) this.#request(hass, car, editing);
    return problems(draft, car.limits);
  }

  /** Cancel the pending check. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#requested = null;
  }

  #request(hass: HomeAssistant, car: Car, editing: Editing): void {
    const { draft } = editing.history;
    this.#requested = draft;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      // The card already shows that the plan was changed elsewhere.
      const { revision: _, ...input } = inputOf(editing);
      try {
        const found = await checkPlan(hass, car.device_id, input);
        if (this.#requested !== draft) return;
        [this.#checked, this.#found] = [draft, found];
        this.onResult();
      } catch {
        // Saving shows the error.
      }
    }, DELAY_MS);
  }
}
