/** No sequence of edits of the week breaks a rule of the integration or loses a block. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyDay } from "../../src/week/departures";
import { fromPlan, isRefused, toInput, type Draft } from "../../src/week/draft";
import { edited, redone, started, undone, type History } from "../../src/week/history";
import { WEEKDAYS } from "../../src/api";
import { addDays, DAY, timeAt } from "../../src/week/time";
import {
  anyCopy,
  anyEdit,
  anyPlan,
  aDeparture,
  aPlan,
  quartersOn,
  saved,
  TODAY,
  weekQuarters,
  wrong,
  type Edit,
} from "./plans";

type Step = { edit: Edit } | { copy: { from: number; to: number[] } } | { undo: true };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: anyEdit.map((edit) => ({ edit })) },
  { weight: 1, arbitrary: anyCopy.map((copy) => ({ copy })) },
  { weight: 2, arbitrary: fc.constant({ undo: true as const }) },
);
const RUNS = { numRuns: 200 };

/** Return the draft after a step, unchanged where it is refused. */
function after(history: History, step: Step): History {
  if ("undo" in step) return undone(history);
  const result = "edit" in step ? step.edit.apply(history.draft) : copyDay(history.draft, step.copy.from, step.copy.to);
  return isRefused(result) ? history : edited(history, result.draft);
}

/** Return the quarters of four weeks, and some days around, in which a draft charges, without some of its windows. */
function charging(draft: Draft, without: readonly string[], around: number): Set<number> {
  const dates = Array.from({ length: 28 + 2 * around }, (_, ahead) => addDays(TODAY, ahead - around));
  return new Set(
    draft.windows
      .filter((each) => !without.includes(each.key))
      .flatMap((each) =>
        dates.filter((date) => isOn(each, date)).flatMap((date) => quartersOn(each, date)),
      ),
  );
}

function isOn(each: Draft["windows"][number], date: string): boolean {
  if (each.date !== null) return each.date === date;
  return (new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7 === each.day && !each.skipped.includes(date);
}

/** Return when departures take place in a week or on a date, without some of them. */
function leaving(draft: Draft, without: readonly string[]): string[] {
  return draft.departures
    .filter((each) => !without.includes(each.key))
    .flatMap((each) => (each.date === null ? each.days : [each.date]).map((on) => `${each.name} ${on} ${each.at}`));
}

/** Windows that another app has written, at any minutes. */
const theirs = fc.array(
  fc.record({
    day: fc.constantFrom(...WEEKDAYS),
    start: fc.integer({ min: 0, max: 1439 }).map(timeAt),
    duration_minutes: fc.integer({ min: 1, max: 1440 }),
  }),
  { minLength: 1, maxLength: 7 },
);

describe("any sequence of edits", () => {
  it("rounds windows that another app has written, with the first edit of a window", () => {
    fc.assert(
      fc.property(theirs, fc.array(anyStep, { maxLength: 20 }), (list, steps) => {
        const parts = { end: "", date: null, main: false, skipped: [] };
        const before = fromPlan(aPlan({ windows: list.map((each) => ({ ...each, ...parts })) }));
        let history = started(before);
        for (const step of steps) {
          history = after(history, step);
          const { windows } = history.draft;
          if (windows !== before.windows) expect(wrong(history.draft)).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it("keeps to the rules of the integration", () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyStep, { maxLength: 40 }), (plan, steps) => {
        let history = started(plan);
        for (const step of steps) {
          history = after(history, step);
          expect(wrong(history.draft)).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it("loses no charging time and no departure of other blocks", () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyEdit, { minLength: 1, maxLength: 30 }), (plan, edits) => {
        let draft = plan;
        for (const edit of edits) {
          const about = edit.about(draft);
          const result = edit.apply(draft);
          if (isRefused(result)) continue;
          const now = charging(result.draft, [], 2);
          expect([...charging(draft, about, 0)].filter((quarter) => !now.has(quarter))).toEqual([]);
          const departures = leaving(result.draft, []);
          expect(leaving(draft, about).filter((each) => !departures.includes(each))).toEqual([]);
          draft = result.draft;
        }
      }),
      RUNS,
    );
  });

  it("loses nothing of the days to which nothing is copied", () => {
    fc.assert(
      fc.property(anyPlan, anyCopy, (plan, { from, to }) => {
        const result = copyDay(plan, from, to);
        if (isRefused(result)) return;
        const now = new Set(result.draft.windows.filter((each) => each.date === null).flatMap(weekQuarters));
        const kept = plan.windows.filter((each) => each.date === null && (each.day === from || !to.includes(each.day)));
        expect(kept.flatMap(weekQuarters).filter((quarter) => !now.has(quarter))).toEqual([]);
        const source = kept.filter((each) => each.day === from).flatMap(weekQuarters);
        const copied = to.flatMap((day) => source.map((quarter) => (quarter + (day - from + 7) * DAY) % (7 * DAY)));
        expect(copied.filter((quarter) => !now.has(quarter))).toEqual([]);
      }),
      RUNS,
    );
  });

  it("is undone and done again step by step", () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyStep, { maxLength: 30 }), (plan, steps) => {
        let history = started(plan);
        const seen = [plan];
        for (const step of steps.filter((each) => !("undo" in each))) {
          history = after(history, step);
          if (history.draft !== seen.at(-1)) seen.push(history.draft);
        }
        for (const before of seen.slice(0, -1).reverse()) {
          history = undone(history);
          expect(history.draft).toBe(before);
        }
        expect(undone(history)).toBe(history);
        for (const after of seen.slice(1)) {
          history = redone(history);
          expect(history.draft).toBe(after);
        }
        expect(redone(history)).toBe(history);
      }),
      RUNS,
    );
  });

  it("is saved and returned as it was edited", () => {
    const plan = aPlan({ departures: [aDeparture("07:30 mon tue wed thu fri")], charge_enabled: false });
    fc.assert(
      fc.property(anyPlan, fc.array(anyStep, { maxLength: 30 }), fc.boolean(), (windows, steps, bySchedule) => {
        const before = fromPlan(plan);
        const begin = { ...before, windows: windows.windows };
        const { draft } = steps.reduce(after, started(begin));
        const edits = { ...draft, bySchedule };
        const stored = fromPlan(saved(toInput(edits, before, "1"), plan));
        expect(contents(stored)).toEqual(contents(edits));
      }),
      RUNS,
    );
  });
});

/** Return a draft without keys, and without the ids of departures that were new. */
function contents(draft: Draft): object {
  return {
    windows: draft.windows.map(({ key: _, ...each }) => each),
    departures: draft.departures.map(({ key: _, id, ...each }) => ({ ...each, id: id?.startsWith("id-") ? id : null })),
    bySchedule: draft.bySchedule,
  };
}
