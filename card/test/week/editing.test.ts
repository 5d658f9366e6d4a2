/** A draft whose plan is saved, or changed elsewhere. */

import { describe, expect, it } from "vitest";
import { isRefused, type Draft } from "../../src/week/draft";
import * as editing from "../../src/week/editing";
import { applyAll, move, shifted, shiftedTime } from "../../src/week/moves";
import { addDeparture } from "../../src/week/departures";
import { addWindow, deleteWindow } from "../../src/week/windows";
import { aDeparture, aPlan, aWindow, texts } from "./plans";

const plan = aPlan({ windows: [aWindow("mon 23:00-07:00")], departures: [aDeparture("07:20 mon tue")] });
const other = aPlan({ revision: "2", windows: [aWindow("mon 22:00-07:00")], departures: [aDeparture("08:00 mon")] });

function changed(edit = (draft: Draft) => deleteWindow(draft, "w0-92-32-")): editing.Editing {
  const result = edit(editing.begun(plan).history.draft);
  if (isRefused(result)) throw new Error(result.refused);
  return editing.withDraft(editing.begun(plan), result.draft);
}

describe("a plan that is received", () => {
  it("is shown where nothing was edited", () => {
    const shown = editing.received(editing.begun(plan), other, false);
    expect(shown).toEqual(editing.begun(other));
  });

  it("replaces no edits: the user chooses", () => {
    const conflict = editing.received(changed(), other, false);
    expect(conflict.elsewhere).toBe(other);
    expect(conflict.history.draft.windows).toEqual([]);
    const kept = editing.overwriting(conflict);
    expect(editing.inputOf(kept)).toEqual({ revision: "2", windows: [] });
    expect(kept.history.draft.departures[0]?.at).toBe(480);
    expect(editing.withUndo(kept).history.draft).toEqual(editing.begun(other).saved);
  });

  it("with the same revision keeps edits", () => {
    const draft = changed();
    expect(editing.received(draft, { ...plan, next_window: null }, false)).toBe(draft);
    expect(editing.received({ ...draft, elsewhere: other }, plan, false).elsewhere).toBeNull();
  });

  it("ends the draft that was saved, before or after the action has returned", () => {
    const draft = changed();
    const ours = aPlan({ ...plan, revision: "2", windows: [] });
    expect(editing.received(draft, ours, true)).toBe(draft);
    const saved = editing.afterSave(draft, draft, ours);
    expect([saved.history.draft, saved.saved, editing.isDirty(saved)]).toEqual([saved.saved, saved.saved, false]);
    const waiting = editing.afterSave(draft, draft, plan);
    expect(editing.isDirty(waiting)).toBe(false);
    expect(waiting.history.draft.windows).toEqual([]);
    expect(editing.received(waiting, plan, false)).toBe(waiting);
    expect(editing.received(waiting, ours, false)).toEqual(saved);
  });

  it("is our own if it was saved although the action failed: new departures have an id", () => {
    const draft = changed((each) => addDeparture(each, { ...each.departures[0]!, name: "Gym" }));
    const saved = [...plan.departures, { ...plan.departures[0]!, id: "new", name: "Gym" }];
    const ours = aPlan({ ...plan, revision: "2", departures: saved });
    expect(editing.isDirty(editing.received(draft, ours, false))).toBe(false);
    const others = aPlan({ ...ours, departures: saved.map((each) => ({ ...each, time: "09:00" })) });
    expect(editing.received(draft, others, false).elsewhere).toBe(others);
  });

  it("keeps the edits that were made while an earlier draft was saved", () => {
    const sent = changed();
    const fields = { day: 2, start: 0, length: 4, date: null, main: false };
    const next = addWindow(sent.history.draft, fields);
    if (isRefused(next)) throw new Error(next.refused);
    const now = editing.withDraft(sent, next.draft);
    const ours = aPlan({ ...plan, revision: "2", windows: [] });
    const after = editing.afterSave(sent, now, ours);
    expect([editing.isDirty(after), texts(after.history.draft)]).toEqual([true, ["wed 00:00-01:00"]]);
    expect(editing.inputOf(after)).toMatchObject({ revision: "2", windows: [{ days: ["wed"] }] });
    expect(editing.afterSave(sent, now, plan)).toBe(now);
  });

  it("can be undone and done again after it was saved", () => {
    const draft = changed((each) => addDeparture(each, { ...each.departures[0]!, name: "Gym" }));
    const departures = [...plan.departures, { ...plan.departures[0]!, id: "new", name: "Gym" }];
    const saved = editing.afterSave(draft, draft, aPlan({ ...plan, revision: "2", departures }));
    const undone = editing.withUndo(saved);
    expect(editing.inputOf(undone)).toMatchObject({ revision: "2", departures: [{ id: plan.departures[0]!.id }] });
    expect(editing.isDirty(editing.withRedo(undone))).toBe(false);
    const removed = editing.afterSave(undone, undone, aPlan({ ...plan, revision: "3" }));
    const again = editing.inputOf(editing.withRedo(removed)).departures ?? [];
    expect(again.map((each) => [each.name, "id" in each])).toEqual([
      [plan.departures[0]!.name, true],
      ["Gym", false],
    ]);
  });

  it("gives its blocks other keys than those that were there before", () => {
    const keys = (of: typeof plan): string[] => {
      const { windows, departures } = editing.begun(of).saved;
      return [...windows, ...departures].map((each) => each.key);
    };
    expect(keys(other).filter((key) => keys(plan).includes(key))).toEqual([]);
    const more = aPlan({ ...plan, windows: [aWindow("mon 12:00-13:00"), ...plan.windows] });
    expect(keys(more)).toEqual(expect.arrayContaining(keys(plan)));
  });
});

describe("moves", () => {
  const draft = editing.begun(plan).history.draft;

  it("keep a window between a quarter of an hour and a day", () => {
    const window = draft.windows[0]!;
    const at = { key: "w0-92-32-", day: 0 };
    expect(shifted(window, { ...at, edge: "end" }, { quarters: -99, days: 0 }).length).toBe(1);
    expect(shifted(window, { ...at, edge: "start" }, { quarters: 99, days: 0 })).toEqual({
      days: 0,
      start: 123,
      length: 1,
    });
    expect(shifted(window, { ...at, edge: "start" }, { quarters: -99, days: 0 })).toEqual({
      days: 0,
      start: 28,
      length: 96,
    });
  });

  it("put departures on quarters of an hour", () => {
    expect(shiftedTime(440, 0)).toBe(440);
    expect(shiftedTime(440, 1)).toBe(450);
    const moved = move(draft, { key: "did-07:20 mon tue", edge: null, day: 0 }, { quarters: 1, days: 0 });
    expect(isRefused(moved) ? [] : moved.draft.departures.map((each) => [each.at, each.days])).toEqual([
      [440, [1]],
      [450, [0]],
    ]);
  });

  it("are all made or none", () => {
    const fields = { day: 2, start: 0, length: 4, date: null, main: false };
    const both = applyAll(draft, [(each) => addWindow(each, fields), (each) => addWindow(each, { ...fields, day: 3 })]);
    expect(isRefused(both) ? [] : texts(both.draft)).toEqual(["mon 23:00-07:00", "wed 00:00-01:00", "thu 00:00-01:00"]);
    const refused = applyAll(draft, [
      (each) => addWindow(each, fields),
      (each) => addWindow(each, { ...fields, length: 97 }),
    ]);
    expect(refused).toEqual({ refused: "longer_than_a_day" });
  });
});
