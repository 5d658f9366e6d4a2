/** The schedule card: the week of charge windows and departures, edited as a draft until it is saved. */

import { nothing, type TemplateResult } from "lit/html.js";
import { setPlan, type Car, type Problem } from "../api";
import { loadCommandTexts, progress, run } from "../commands";
import { stubConfig } from "../config";
import { CardElement, type Changed } from "../element";
import type { HomeAssistant } from "../hass";
import { guarded } from "../notice";
import { CarController, type CarStore } from "../store";
import { blocks, controls, narrow, schedule, wide } from "../styles";
import { loadTexts } from "../texts";
import { findWindow, hasJoined, isRefused, type Edited } from "../week/draft";
import * as editing from "../week/editing";
import { formOf, newForm, type Form } from "../week/forms";
import { modulo } from "../week/time";
import { PlanChecker } from "./checker";
import { configForm, hasChanged, type ScheduleConfig } from "./config";
import { openCopyDialog, openEditor } from "./dialogs";
import { ScheduleGestures, type GestureHost } from "./gestures";
import { content, empty } from "./render";
import { SAVE } from "./status";
import type { Selection, View } from "./view";
import { createView } from "./create-view";
import { refusalText, windowText } from "./words";

// Home Assistant creates its cards again, for example after a restart; edits are not lost then.
const drafts = new WeakMap<CarStore, editing.Editing>();
// Below this width, only one day is shown, from top to bottom.
const NARROW_PX = 640;

export class ScheduleCard extends CardElement implements GestureHost {
  static override styles = [controls, schedule, blocks, wide, narrow];
  static override properties = {
    hass: hasChanged,
    config: null,
    width: (now: number, before: number) => Math.round(now) !== Math.round(before),
    isList: null,
    selected: null,
    activeDay: null,
    refusal: null,
    announcement: null,
  };
  static getConfigForm = configForm;
  static getStubConfig = stubConfig;

  declare hass: HomeAssistant | undefined;
  declare config: ScheduleConfig | undefined;
  declare width: number;
  declare isList: boolean;
  declare selected: Selection | null;
  declare activeDay: number | null;
  declare refusal: string;
  declare announcement: string;
  view: View | null = null;
  /** Whether the dialogs exist; they are created when the first of them is opened. */
  hasDialogs = false;
  /** Why the state of the car cannot be shown. */
  #failure: unknown = null;
  editing: editing.Editing | null = null;
  readonly controller = new CarController(this);
  readonly gestures = new ScheduleGestures(this);
  readonly #checker = new PlanChecker(() => this.requestUpdate());
  readonly #resized = new ResizeObserver(([entry]) => {
    if (entry) this.width = entry.contentRect.width;
  });

  constructor() {
    super();
    this.width = 0;
    this.isList = false;
    this.selected = this.activeDay = null;
    this.refusal = this.announcement = "";
  }

  setConfig(config: ScheduleConfig): void {
    this.isList = config.layout === "list";
    if (config.device_id !== this.config?.device_id) this.editing = null;
    this.config = config;
  }

  getCardSize(): number {
    return 12;
  }

  getGridOptions(): object {
    return { columns: "full", min_columns: 6, rows: "auto" };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.width = this.getBoundingClientRect().width;
    this.#resized.observe(this);
    this.addEventListener("keydown", this.#onKey);
    addEventListener("beforeunload", this.#onUnload);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#checker.stop();
    this.removeEventListener("keydown", this.#onKey);
    removeEventListener("beforeunload", this.#onUnload);
  }

  get isNarrow(): boolean {
    return this.width < NARROW_PX;
  }

  get timeline(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(".timeline");
  }

  /** The problems of the draft. */
  get problems(): readonly Problem[] {
    const car = this.controller.store?.car;
    return this.hass && car && this.editing ? this.#checker.problems(this.hass, car, this.editing) : [];
  }

  protected override shouldUpdate(): boolean {
    return !this.gestures.isDragging;
  }

  protected override willUpdate(changed: Changed): void {
    const { hass } = this;
    const before = this.controller.store;
    this.controller.watch(hass, this.config?.device_id ?? (hass && stubConfig(hass).device_id));
    if (hass && changed.has("hass")) {
      void loadTexts(hass)?.then(() => this.requestUpdate());
      // Home Assistant replaces `hass.localize` when these are loaded.
      void loadCommandTexts(hass).catch(() => undefined);
    }
    const { store } = this.controller;
    // The edits of one car are not those of another.
    if (store !== before) this.editing = null;
    this.view = null;
    this.#failure = null;
    if (!hass || !store?.car) return;
    try {
      this.view = this.#currentView(hass, store, store.car);
    } catch (err) {
      this.#failure = err;
    }
  }

  #currentView(hass: HomeAssistant, store: CarStore, car: Car): View {
    const isSaving = progress(store, SAVE, [], true).phase === "sending";
    const before = this.editing?.saved;
    this.editing = editing.received(this.editing ?? drafts.get(store) ?? null, car.plan, isSaving);
    drafts.set(store, this.editing);
    if (this.editing.saved !== before) this.selected = null;
    return createView(this, hass, car);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.hass || !this.config) return nothing;
    const { hass, view } = this;
    const failure = this.#failure;
    return guarded(hass, () => {
      if (failure !== null) throw failure;
      return view === null ? empty(this, hass) : content(this, view);
    });
  }

  /** Apply an edit to the draft, and select the block on a day; return false if the edit was refused. */
  apply(edit: Edited, day: number): boolean {
    if (this.editing === null || this.view === null) return false;
    const { words } = this.view;
    if (isRefused(edit)) {
      this.refusal = refusalText(words, edit);
      return false;
    }
    this.refusal = "";
    const window = findWindow(edit.draft, edit.key);
    const joins = window !== undefined && hasJoined(this.view.draft, edit.draft, edit.key);
    this.announcement = joins ? words.localize("schedule.joins", { window: windowText(words, window) }) : "";
    this.editing = editing.withDraft(this.editing, edit.draft);
    const on = window?.date === null ? window.day : day;
    const isShown = window !== undefined && on !== day && modulo(window.day + 1, 7) !== day;
    this.select(edit.key === null ? null : { key: edit.key, day: isShown ? on : day });
    this.requestUpdate();
    return true;
  }

  select(selection: Selection | null): void {
    this.selected = selection;
    this.refusal = "";
    if (selection !== null) this.activeDay = selection.day;
  }

  openNew(kind: Form["kind"], day: number, quarter: number): void {
    const { view } = this;
    if (view === null) return;
    const possible = view.hasWindows ? (view.hasDepartures ? kind : "window") : "departure";
    void openEditor(this, newForm(possible, day, quarter, view.words.localize("schedule.departure")), day);
  }

  edit({ key, day }: Selection): void {
    const form = this.editing && formOf(this.editing.history.draft, key);
    if (form) void openEditor(this, form, day);
  }

  copyDay(day: number): void {
    void openCopyDialog(this, day);
  }

  undo(): void {
    this.#travel(editing.withUndo);
  }

  redo(): void {
    this.#travel(editing.withRedo);
  }

  #travel(change: (now: editing.Editing) => editing.Editing): void {
    if (this.editing === null) return;
    this.editing = change(this.editing);
    this.select(null);
    this.requestUpdate();
  }

  /** Discard the edits, and show the saved plan. */
  discard(): void {
    const { store } = this.controller;
    const plan = store?.car?.plan;
    // Why it could not be saved does not matter any more.
    store?.calls.delete(SAVE);
    this.editing = plan ? editing.begun(plan) : null;
    this.select(null);
    this.requestUpdate();
  }

  /** Keep the edits after the plan was changed elsewhere. */
  overwrite(): void {
    if (this.editing) this.editing = editing.overwriting(this.editing);
    this.requestUpdate();
  }

  setMode(bySchedule: boolean, isCheapest: boolean): void {
    if (this.view) this.apply({ draft: { ...this.view.draft, bySchedule, isCheapest }, key: null }, 0);
  }

  async save(): Promise<void> {
    const { hass, editing: draft } = this;
    const { store } = this.controller;
    if (!hass || !store || !draft) return;
    this.select(null);
    const isSaved = await run(store, SAVE, () => setPlan(hass, store.deviceId, editing.inputOf(draft)));
    if (isSaved && store.car && store === this.controller.store && this.editing) {
      this.editing = editing.afterSave(draft, this.editing, store.car.plan);
    }
    this.requestUpdate();
  }

  focusBlock(day: number): void {
    void this.updateComplete.then(() => {
      const key = this.selected?.key;
      const blocks = [...this.renderRoot.querySelectorAll<HTMLElement>(`.track [data-key="${key}"]`)];
      const onDay = blocks.find((each) => each.closest<HTMLElement>(".track")?.dataset["day"] === String(day));
      (onDay ?? blocks[0])?.focus();
      this.announcement ||= (onDay ?? blocks[0])?.getAttribute("aria-label") ?? "";
    });
  }

  dragEnded(): void {
    this.requestUpdate();
  }

  showDay(day: number): void {
    this.activeDay = day;
    this.selected = null;
  }

  onTabKey(event: KeyboardEvent, day: number): void {
    const isRtl = getComputedStyle(this).direction === "rtl";
    const step = { ArrowLeft: isRtl ? 1 : -1, ArrowRight: isRtl ? -1 : 1 }[event.key];
    const days = this.view?.lanes.map((each) => each.day) ?? [];
    const next = step === undefined ? undefined : days[modulo(days.indexOf(day) + step, days.length)];
    if (next === undefined) return;
    event.preventDefault();
    this.showDay(next);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus());
  }

  /** Ask before a page with unsaved edits is left. */
  readonly #onUnload = (event: Event): void => {
    if (this.editing && editing.isDirty(this.editing)) event.preventDefault();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const isField = event.composedPath().some((each) => each instanceof HTMLDialogElement);
    const key = event.key.toLowerCase();
    if (isField || !"yz".includes(key) || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.redo();
    else this.undo();
  };
}
