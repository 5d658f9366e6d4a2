/** Notices within a card, and buttons that show only an icon. */

import { html, type TemplateResult } from "lit/html.js";
import { errorText } from "./commands";
import type { HomeAssistant } from "./hass";
import type { CarStore } from "./store";
import { localizer } from "./texts";

export type Tone = "info" | "warning" | "error" | "success";
const ICONS: Record<Tone, string> = {
  info: "mdi:information-outline",
  warning: "mdi:alert",
  error: "mdi:alert-circle",
  success: "mdi:check-circle",
};

/** Return a notice, with buttons if there are any. */
export function notice(tone: Tone, text: string, ...buttons: TemplateResult[]): TemplateResult {
  return html`<div class="notice ${tone}" role=${tone === "error" ? "alert" : "status"}>
    <ha-icon icon=${ICONS[tone]}></ha-icon>
    <p>${text}</p>
    ${buttons}
  </div>`;
}

/** Return why what is known of a car may be of the past, null while it is not. */
export function connectionText(hass: HomeAssistant, store: CarStore): string | null {
  const localize = localizer(hass);
  if (!store.connected) return localize("common.disconnected");
  // While Home Assistant starts, it does not know the integration yet.
  if (store.status === "not_loaded" || store.error?.code === "unknown_command") return localize("common.not_loaded");
  return store.status === "error" && store.error !== null ? errorText(hass, store.error) : null;
}

/** Return what is rendered, or that this is not possible: the state is of another version than this module. */
export function guarded(hass: HomeAssistant, render: () => TemplateResult): TemplateResult {
  try {
    return render();
  } catch (err) {
    console.error(err);
    return html`<ha-card>${notice("error", localizer(hass)("common.other_version"))}</ha-card>`;
  }
}

/** Return a button that shows only an icon. */
export function iconButton(icon: string, label: string, onClick: () => void, isDisabled = false): TemplateResult {
  return html`<button class="icon" aria-label=${label} title=${label} ?disabled=${isDisabled} @click=${onClick}>
    <ha-icon icon=${icon}></ha-icon>
  </button>`;
}
