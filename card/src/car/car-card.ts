/** The car card: the state of the car, what happens next, and its commands. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { dismiss, failureText, isDismissed, isPending, phaseText, sendCommand } from "../commands";
import { cars, entityId } from "../devices";
import { CardElement, type Changed } from "../element";
import { formatAge } from "../format";
import type { HomeAssistant } from "../hass";
import { connectionText, guarded, iconButton, notice } from "../notice";
import { car, controls, drawing } from "../styles";
import { CarController, type CarStore } from "../store";
import { loadTexts, localizer, type Localize } from "../texts";
import { BUTTONS, buttonViews, type ButtonKey, type ButtonView } from "./buttons";
import { assertConfig, colorOf, configForm, newConfig, pictureUrl, type CarConfig } from "./config";
import { departureSection } from "./departure";
import { drawCar } from "./drawing";
import { loadSentences } from "./sentences";
import { carView, type CarView } from "./view";

export class CarCard extends CardElement {
  static override styles = [controls, car, drawing];
  static override properties = {
    hass: null,
    config: null,
    selected: null,
    picture: null,
    broken: null,
  };
  static getConfigForm = configForm;
  static getStubConfig = newConfig;

  declare hass: HomeAssistant | undefined;
  declare config: CarConfig | undefined;
  /** The car chosen in the selector. */
  declare selected: string | null;
  declare picture: string | null;
  /** The address of a picture that could not be loaded. */
  declare broken: unknown;
  /** The button whose explanation is shown, and whether its command was pending when it was pressed. */
  #explained: { key: ButtonKey; wasPending: boolean } | null = null;
  readonly #controller = new CarController(this);

  constructor() {
    super();
    this.selected = null;
    this.picture = null;
  }

  setConfig(config: CarConfig): void {
    assertConfig(config);
    if (config.picture !== this.config?.picture) this.picture = null;
    this.config = config;
  }

  getCardSize(): number {
    return this.#isCompact ? 3 : 8;
  }

  getGridOptions(): object {
    return this.#isCompact
      ? { columns: 6, min_columns: 6, rows: "auto" }
      : { columns: 12, min_columns: 6, rows: "auto" };
  }

  get #isCompact(): boolean {
    return this.config?.layout === "compact";
  }

  protected override willUpdate(changed: Changed): void {
    const { hass, config } = this;
    if (!hass || !config) return;
    const known = config.device_id === undefined ? cars(hass) : [];
    const chosen = known.find((each) => each.id === this.selected) ?? known[0];
    this.#controller.watch(hass, config.device_id ?? chosen?.id);
    const before = changed.get("hass") as HomeAssistant | undefined;
    if (changed.has("hass") && before?.locale !== hass.locale) this.#loadTexts(hass);
    if (config.picture !== undefined && this.picture === null) void this.#loadPicture(hass, config);
  }

  #loadTexts(hass: HomeAssistant): void {
    void Promise.all([loadTexts(hass), loadSentences(hass)]).then(() => this.requestUpdate());
  }

  async #loadPicture(hass: HomeAssistant, config: CarConfig): Promise<void> {
    const url = await pictureUrl(hass, config.picture ?? "").catch(() => "");
    if (config === this.config) this.picture = url;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { hass, config } = this;
    if (!hass || !config) return nothing;
    const localize = localizer(hass);
    const { store } = this.#controller;
    return guarded(hass, () => {
      const none = html`<p class="empty">${localize("common.no_car")}</p>`;
      const body = store === null ? none : this.#body(hass, localize, store);
      return html`<ha-card class=${config.layout ?? ""}>${body}</ha-card>`;
    });
  }

  #body(hass: HomeAssistant, localize: Localize, store: CarStore): TemplateResult {
    const header = this.#header(hass, localize, store);
    const { car } = store;
    const connection = this.#connection(hass, store);
    if (car === null) {
      const loading = html`<p class="empty" role="status">${localize("common.loading")}</p>`;
      return html`${header}${connection === nothing ? loading : connection}`;
    }
    const context = { hass, localize, now: store.now };
    const view = carView(context, car);
    return html`${header}${connection}${view.notices.map((each) => notice(each.kind, each.text))}
    ${this.#appearance(hass, store, view)}${this.#levels(localize, view)}
    <div class="lines">
      ${view.lines.slice(0, this.#isCompact ? 1 : undefined).map(
        ({ icon, text }) => html`<p><ha-icon icon=${icon}></ha-icon><span>${text}</span></p>`,
      )}
    </div>
    ${this.#buttons(hass, localize, store)}
    ${view.departure === null || this.#isCompact
      ? nothing
      : departureSection(context, store, car, view.departure)}`;
  }

  #header(hass: HomeAssistant, localize: Localize, store: CarStore): TemplateResult {
    const known = this.config?.device_id === undefined ? cars(hass) : [];
    const device = hass.devices[store.deviceId];
    const name = this.config?.name || store.car?.name || device?.name_by_user || device?.name || "";
    const reported = store.car?.battery?.reported_at;
    const age = reported ? formatAge(hass, new Date(reported), store.now) : "";
    const choose = (event: Event): void => {
      this.#explain(null);
      this.selected = (event.target as HTMLSelectElement).value;
    };
    return html`<div class="head">
      ${known.length > 1
        ? html`<select aria-label=${localize("config.device_id")} @change=${choose}>
            ${known.map(
              ({ id, name }) => html`<option value=${id} ?selected=${id === store.deviceId}>${name}</option>`,
            )}
          </select>`
        : html`<h2>${name}</h2>`}
      ${age ? html`<span class="age" title=${localize("car.reported", { age })}>${age}</span>` : nothing}
    </div>`;
  }

  #connection(hass: HomeAssistant, store: CarStore): TemplateResult | typeof nothing {
    const text = connectionText(hass, store);
    return text === null ? nothing : notice(store.connected && store.status === "error" ? "error" : "warning", text);
  }

  #appearance(hass: HomeAssistant, store: CarStore, view: CarView): TemplateResult | typeof nothing {
    const { config } = this;
    if (this.#isCompact || !config || config.appearance === "none") return nothing;
    const image = hass.states[entityId(hass, store.deviceId, "image", "picture") ?? ""];
    const picture = config.picture === undefined ? image?.attributes.entity_picture : this.picture;
    if (config.appearance !== "drawing" && picture && picture !== this.broken) {
      return html`<img class="picture" src=${picture} alt="" @error=${() => (this.broken = picture)} />`;
    }
    const color = colorOf(config);
    const drawing = drawCar({ isPlugged: view.plug === "in", isCharging: view.isCharging });
    return html`<div class="look" style=${color === null ? "" : `--car-color: ${color}`}>${drawing}</div>`;
  }

  #levels(localize: Localize, view: CarView): TemplateResult {
    const { level } = view;
    const status = [view.plugText, view.chargeText, view.limitText].filter(Boolean).join(" · ");
    const mark = (at: number | null, kind: string): TemplateResult | typeof nothing =>
      at === null ? nothing : html`<div class="mark ${kind}" style="inset-inline-start: ${at}%"></div>`;
    return html`<div class="levels">
        <span class="level">${view.levelText}</span>
        ${view.range === null ? nothing : html`<span class="range">${view.range}</span>`}
      </div>
      <div
        class="meter ${view.isCharging ? "charging" : ""} ${view.isLow ? "low" : ""}"
        role="meter"
        title=${view.marksText}
        aria-label=${localize("car.battery")}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${level ?? 0}
        aria-valuetext=${view.levelText}
      >
        <div class="fill" style="width: ${level ?? 0}%"></div>
        ${mark(view.threshold, "")}${mark(view.limit, "limit")}
      </div>
      <div class="state">
        <span>${status}</span>${view.ready === null ? nothing : html`<strong>${view.ready}</strong>`}
      </div>`;
  }

  #buttons(hass: HomeAssistant, localize: Localize, store: CarStore): TemplateResult | typeof nothing {
    const wanted = this.config?.buttons ?? (this.#isCompact ? (["precondition", "charge"] as const) : BUTTONS);
    const found = buttonViews(hass, localize, store, wanted);
    const pressed = this.#explained;
    const explained = found.find(
      (each) => each.key === pressed?.key && isPending(each.progress) === pressed.wasPending,
    );
    // What has changed since the button was pressed is no longer explained.
    if (explained === undefined) this.#explained = null;
    if (found.length === 0) return nothing;
    return html`<div class="buttons">${found.map((each) => this.#button(hass, localize, store, each))}</div>
      <div class="results" aria-live="polite">
        ${explained === undefined ? nothing : this.#explanation(hass, localize, store, explained)}
        ${found.map((each) => this.#failure(hass, localize, store, each))}
      </div>`;
  }

  #button(hass: HomeAssistant, localize: Localize, store: CarStore, view: ButtonView): TemplateResult {
    const { phase } = view.progress;
    const isShown = phase !== "idle" && !(phase === "failed" && isDismissed(store, view.kind));
    return html`<button
      class="command ${isShown ? phase : ""}"
      ?disabled=${view.isDisabled}
      aria-busy=${isPending(view.progress)}
      @click=${() => this.#press(hass, store, view)}
    >
      <ha-icon icon=${view.icon}></ha-icon>
      <span class="label">${view.label}</span>
      ${isShown ? html`<span class="phase">${phaseText(localize, view.progress)}</span>` : nothing}
    </button>`;
  }

  #press(hass: HomeAssistant, store: CarStore, view: ButtonView): void {
    const explains = view.blocked !== null || view.advice !== null;
    const isShown = this.#explained?.key === view.key;
    this.#explain(explains && !isShown ? view : null);
    if (!explains) this.#send(hass, store, view);
  }

  #explain(view: ButtonView | null): void {
    this.#explained = view && { key: view.key, wasPending: isPending(view.progress) };
    this.requestUpdate();
  }

  #send(hass: HomeAssistant, store: CarStore, view: ButtonView): void {
    this.#explain(null);
    dismiss(store, view.kind);
    void sendCommand(hass, store, view.kind);
  }

  #explanation(
    hass: HomeAssistant,
    localize: Localize,
    store: CarStore,
    view: ButtonView,
  ): TemplateResult | typeof nothing {
    const close = (): void => this.#explain(null);
    const closeButton = iconButton("mdi:close", localize("common.close"), close);
    if (view.blocked !== null) return notice("info", view.blocked, closeButton);
    if (view.advice === null) return nothing;
    const send = (): void => this.#send(hass, store, view);
    return notice(
      "warning",
      view.advice,
      html`<button @click=${close}>${localize("common.cancel")}</button>`,
      html`<button class="primary" @click=${send}>${localize("car.send_anyway")}</button>`,
    );
  }

  #failure(
    hass: HomeAssistant,
    localize: Localize,
    store: CarStore,
    view: ButtonView,
  ): TemplateResult | typeof nothing {
    if (view.progress.phase !== "failed" || isDismissed(store, view.kind)) return nothing;
    const { label, progress } = view;
    const text = localize("common.labeled", { label, text: failureText(hass, localize, progress) });
    return notice("error", text, iconButton("mdi:close", localize("common.close"), () => dismiss(store, view.kind)));
  }
}
