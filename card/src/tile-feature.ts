/** The tile feature: buttons for preconditioning and charging, with the progress of each command. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import type { CommandKind } from "./api";
import { buttonViews, ENTITIES, type ButtonKey, type ButtonView } from "./car/buttons";
import { loadSentences } from "./car/sentences";
import { failureText, isPending, phaseText, sendCommand } from "./commands";
import { deviceOf, entityId } from "./devices";
import { CardElement, type Changed } from "./element";
import type { HomeAssistant } from "./hass";
import { guarded } from "./notice";
import { CarController, type CarStore } from "./store";
import { controls, feature } from "./styles";
import { loadTexts, localizer } from "./texts";

export const TYPE = "renault-ze-commands";

interface FeatureContext {
  entity_id?: string;
}

/** Return whether an entity belongs to a car that supports one of the commands. */
export function isSupported(hass: HomeAssistant, context: FeatureContext): boolean {
  const device = deviceOf(hass, context.entity_id);
  const keys = [ENTITIES.precondition, "start_charge", "stop_charge"];
  return device !== undefined && keys.some((key) => entityId(hass, device, "button", key) !== null);
}

export class CommandsFeature extends CardElement {
  static override styles = [controls, feature];
  static override properties = {
    hass: null,
    context: null,
  };

  declare hass: HomeAssistant | undefined;
  declare context: FeatureContext | undefined;
  /** The button whose advice was shown. */
  #explained: ButtonKey | null = null;
  readonly #controller = new CarController(this);
  readonly #pending = new Set<CommandKind>();

  static getStubConfig(): object {
    return { type: `custom:${TYPE}` };
  }

  setConfig(): void {
    // The feature has no settings.
  }

  protected override updated(changed: Changed): void {
    if (this.hass === undefined || !changed.has("hass") || changed.get("hass") !== undefined) return;
    void Promise.all([loadTexts(this.hass), loadSentences(this.hass)]).then(() => this.requestUpdate());
  }

  protected override willUpdate(): void {
    this.#controller.watch(this.hass, this.hass && deviceOf(this.hass, this.context?.entity_id));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { hass } = this;
    const { store } = this.#controller;
    if (!hass || !store?.car) return nothing;
    return guarded(hass, () => {
      const views = buttonViews(hass, localizer(hass), store, ["precondition", "charge"]);
      return html`<div class="buttons">${views.map((each) => this.#button(hass, store, each))}</div>`;
    });
  }

  #button(hass: HomeAssistant, store: CarStore, view: ButtonView): TemplateResult {
    const { label, progress } = view;
    const localize = localizer(hass);
    const text = phaseText(localize, progress) || label;
    this.#explainFailure(hass, view);
    const full = progress.phase === "failed" ? failureText(hass, localize, progress) : text;
    return html`<button
      class=${progress.phase}
      ?disabled=${view.isDisabled}
      aria-busy=${isPending(progress)}
      aria-label=${full === label ? label : `${label}: ${full}`}
      title=${full}
      @click=${(event: Event) => {
        // A tile opens the details of its entity.
        event.stopPropagation();
        this.#press(hass, store, view);
      }}
    >
      <ha-icon icon=${view.icon}></ha-icon><span>${text}</span>
    </button>`;
  }

  /** Send the command, or explain what speaks against it first; a second press then sends it. */
  #press(hass: HomeAssistant, store: CarStore, view: ButtonView): void {
    const explanation = view.blocked ?? (this.#explained === view.key ? null : view.advice);
    this.#explained = explanation === null ? null : view.key;
    if (explanation === null) void sendCommand(hass, store, view.kind);
    else if (view.blocked !== null) this.#explain(explanation);
    else this.#explain(`${explanation} ${localizer(hass)("feature.press_again")}`);
  }

  /** Explain why a command has failed that was pending on this page. */
  #explainFailure(hass: HomeAssistant, { label, kind, progress }: ButtonView): void {
    if (this.#pending.delete(kind) && progress.phase === "failed") {
      this.#explain(`${label}: ${failureText(hass, localizer(hass), progress)}`);
    }
    if (isPending(progress)) this.#pending.add(kind);
  }

  /** Show a text in Home Assistant's notification, as a tile has no room for it. */
  #explain(message: string): void {
    const detail = { message, duration: 10_000, dismissable: true };
    this.dispatchEvent(new CustomEvent("hass-notification", { detail, bubbles: true, composed: true }));
  }
}
