/** The layout of the schedule card. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { progress } from "../commands";
import type { HomeAssistant } from "../hass";
import { connectionText, iconButton, notice } from "../notice";
import { localizer } from "../texts";
import { isBlocking } from "../week/problems";
import { move } from "../week/moves";
import { isDirty } from "../week/editing";
import { findDeparture, findWindow } from "../week/draft";
import { MORNING, without } from "../week/forms";
import { laterDates, list } from "./list";
import type { ScheduleCard } from "./schedule-card";
import { copyStatus, limits, notices, plannedCharge, problemList, SAVE, saveProgress } from "./status";
import { problemsAt, timeline } from "./timeline";
import type { View } from "./view";
import { departureText, lengthText, problemText, windowText } from "./words";

const MODE = "component.renault_ze.entity.select.charge_mode";

/** Return the card without a car, with the reason. */
export function empty(card: ScheduleCard, hass: HomeAssistant): TemplateResult {
  const localize = localizer(hass);
  const { store } = card.controller;
  const text = store === null ? localize("common.no_car") : (connectionText(hass, store) ?? localize("common.loading"));
  return html`<ha-card>${notice(store?.status === "error" ? "error" : "info", text)}</ha-card>`;
}

/** Return the card with a car. */
export function content(card: ScheduleCard, view: View): TemplateResult {
  const { localize } = view.words;
  const store = card.controller.store!;
  return html`<ha-card>
    ${header(card, view)} ${notices(view, store)} ${mode(card, view)} ${copyStatus(view, store.now)} ${plannedCharge(view, store.now)} ${card.isList ? list(view) : timeline(view)} ${laterDates(view)}
    ${problemList(view, generalProblems(card, view))} ${dock(card, view)} ${saveProgress(view, store)} ${limits(view)}
    <p id="keys" class="hidden">${localize("schedule.keys")}</p>
    <div class="hidden" role="status">${card.announcement}</div>
    ${
      card.hasDialogs
        ? html`<renault-ze-schedule-editor .view=${view}></renault-ze-schedule-editor>
            <renault-ze-schedule-copy .view=${view}></renault-ze-schedule-copy>`
        : nothing
    }
  </ha-card>`;
}

/** Return the problems that are not shown next to their day. */
function generalProblems(card: ScheduleCard, view: View): View["problems"] {
  const shown = view.lanes.flatMap((lane) => {
    if (card.isList) return view.problemsOf(lane.day);
    return view.isNarrow && lane.day !== view.activeDay ? [] : problemsAt(view, lane.day);
  });
  return view.problems.filter((each) => !shown.includes(each) && each !== blockingProblem(view));
}

function header(card: ScheduleCard, view: View): TemplateResult {
  const { localize } = view.words;
  const { past, future } = card.editing!.history;
  const isEditable = view.hasWindows || view.hasDepartures;
  return html`<div class="header">
    <h2>${view.car.name}</h2>
    <span class="tools">
      ${iconButton("mdi:undo", localize("schedule.undo"), () => card.undo(), past.length === 0)}
      ${iconButton("mdi:redo", localize("schedule.redo"), () => card.redo(), future.length === 0)}
      ${
        view.isNarrow && !card.isList
          ? iconButton("mdi:content-copy", localize("schedule.copy_day"), () => card.copyDay(view.activeDay))
          : nothing
      }
      ${
        isEditable
          ? iconButton("mdi:plus", localize("common.add"), () => card.openNew("window", view.activeDay, MORNING))
          : nothing
      }
      ${iconButton(
        card.isList ? "mdi:chart-gantt" : "mdi:format-list-bulleted",
        localize(card.isList ? "layout.timeline" : "layout.list"),
        () => {
          card.isList = !card.isList;
          card.selected = null;
        },
      )}
    </span>
  </div>`;
}

/** Return the choice of the charge mode, and a note unless the car charges in the windows. */
function mode(card: ScheduleCard, view: View): TemplateResult | typeof nothing {
  if (!view.hasWindows) return nothing;
  const { hass, localize } = view.words;
  const { bySchedule, isCheapest } = view.draft;
  const knowsPrices = view.car.plan.cheapest_hours !== undefined;
  const modes = [
    [false, false, "any_time"],
    [true, false, "by_schedule"],
    ...(knowsPrices ? ([[true, true, "cheapest_hours"]] as const) : []),
  ] as const;
  const help = isCheapest ? "schedule.cheapest" : "schedule.any_time";
  return html`<div class="segments" role="radiogroup" aria-label=${hass.localize(`${MODE}.name`)}>
      ${modes.map(
        ([isOn, isCheap, name]) =>
          html`<label>
            <input
              type="radio"
              name="mode"
              .checked=${bySchedule === isOn && isCheapest === isCheap}
              @change=${() => card.setMode(isOn, isCheap)}
            />
            <span>${hass.localize(`${MODE}.state.${name}`)}</span>
          </label>`,
      )}
    </div>
    ${view.isActive ? nothing : html`<p class="muted">${localize(help)}</p>`}`;
}

/** Return the bar that stays in view: the selected block, why an edit was refused, and what prevents saving. */
function dock(card: ScheduleCard, view: View): TemplateResult | typeof nothing {
  const hasSelection = card.selected !== null && !card.isList;
  const isUnsaved = isDirty(card.editing!);
  if (!hasSelection && !isUnsaved && !card.refusal) return nothing;
  return html`<div class="dock ${view.isNarrow ? "narrow-dock" : ""}">
    ${card.refusal ? notice("error", card.refusal) : nothing} ${hasSelection ? selectionBar(card, view) : nothing}
    ${elsewhere(card, view)} ${isUnsaved ? saveBar(card, view) : nothing}
  </div>`;
}

/** Return the choice after the plan was changed elsewhere, which has to be made before saving. */
function elsewhere(card: ScheduleCard, { words: { localize } }: View): TemplateResult | typeof nothing {
  if (card.editing!.elsewhere === null) return nothing;
  return notice(
    "warning",
    localize("schedule.elsewhere"),
    html`<button @click=${() => card.discard()}>${localize("schedule.load_new")}</button>`,
    html`<button @click=${() => card.overwrite()}>${localize("schedule.keep_editing")}</button>`,
  );
}

function selectionBar(card: ScheduleCard, view: View): TemplateResult | typeof nothing {
  const { localize } = view.words;
  const selection = card.selected!;
  const window = findWindow(view.draft, selection.key);
  const departure = findDeparture(view.draft, selection.key);
  if (!window && !departure) return nothing;
  const text = window ? windowText(view.words, window) : departureText(view.words, departure!, selection.day);
  const grip = { key: selection.key, edge: null, day: selection.day };
  const shift = (quarters: number): void =>
    void card.apply(move(view.draft, grip, { quarters, days: 0 }), selection.day);
  return html`<div class="bar selection" role="group" aria-label=${localize("schedule.selected")}>
    <p>${text} <span class="muted">${window ? lengthText(window.length) : departure!.name}</span></p>
    ${iconButton("mdi:close", localize("common.close"), () => card.select(null))}
    <button dir="ltr" aria-label=${localize("schedule.earlier")} @click=${() => shift(-1)}>−15</button>
    <button dir="ltr" aria-label=${localize("schedule.later")} @click=${() => shift(1)}>+15</button>
    <button @click=${() => card.edit(selection)}>${localize("schedule.edit")}</button>
    <button class="danger" @click=${() => card.apply(without(view.draft, selection.key, selection.day), selection.day)}>
      ${localize("schedule.delete")}
    </button>
  </div>`;
}

/** Return the first problem that prevents saving; what it affects may be out of view. */
function blockingProblem(view: View): View["problems"][number] | undefined {
  return view.problems.find((each) => isBlocking(each, view.draft));
}

function saveBar(card: ScheduleCard, view: View): TemplateResult {
  const { localize } = view.words;
  const store = card.controller.store!;
  const isSending = progress(store, SAVE, [], true).phase === "sending";
  const problem = blockingProblem(view);
  const isBlocked =
    isSending ||
    !store.connected ||
    store.status !== "ready" ||
    problem !== undefined ||
    card.editing!.elsewhere !== null;
  return html`<div class="bar">
    ${
      problem === undefined
        ? html`<p>${localize("schedule.unsaved_changes")}</p>`
        : html`<p class="problem-text">${problemText(view, problem)}</p>`
    }
    <button ?disabled=${isSending} @click=${() => card.discard()}>${localize("schedule.discard")}</button>
    <button class="primary" ?disabled=${isBlocked} @click=${() => void card.save()}>
      ${localize(isSending ? "phase.sending" : "schedule.save")}
    </button>
  </div>`;
}
