/** The settings of the car card. */

import { CAR_TYPE, choice, form, stubConfig, suggestion, text } from "../config";
import type { HomeAssistant } from "../hass";
import { BUTTONS, type ButtonKey } from "./buttons";

export const LAYOUTS = ["full", "compact"] as const;
export const APPEARANCES = ["drawing", "picture", "none"] as const;

/** The address of a picture, or an item of the media browser. */
export type Picture = string | { media_content_id: string };

/** The settings; without `device_id`, the user chooses the car in the card. */
export interface CarConfig {
  type: string;
  device_id?: string;
  name?: string;
  layout?: (typeof LAYOUTS)[number];
  appearance?: (typeof APPEARANCES)[number];
  color?: string | [number, number, number];
  picture?: Picture;
  buttons?: ButtonKey[];
}

/** Throw an error with the allowed values if the settings in YAML are invalid. */
export function assertConfig(config: CarConfig): void {
  const isOneOf = (value: unknown, known: readonly string[]): boolean => known.includes(String(value));
  const check = (name: string, isRight: boolean, known: readonly string[]): void => {
    if (!isRight) throw new Error(`${name}: ${known.join(", ")}`);
  };
  const { layout, appearance, buttons } = config;
  check("layout", layout === undefined || isOneOf(layout, LAYOUTS), LAYOUTS);
  check("appearance", appearance === undefined || isOneOf(appearance, APPEARANCES), APPEARANCES);
  const areKnown = buttons === undefined || (Array.isArray(buttons) && buttons.every((each) => isOneOf(each, BUTTONS)));
  check("buttons", areKnown, BUTTONS);
}

/** Return the settings of a new card: the first car, and all buttons, as the form shows those that are set. */
export function newConfig(hass: HomeAssistant): Partial<CarConfig> {
  return { ...stubConfig(hass), buttons: [...BUTTONS] };
}

/** Return the settings of a card for the car of one of our entities, null for other entities. */
export function carSuggestion(hass: HomeAssistant, entityId: string): { config: CarConfig } | null {
  const found = suggestion(CAR_TYPE)(hass, entityId);
  return found && { config: { ...found.config, buttons: [...BUTTONS] } };
}

/** Return the form of the settings. */
export function configForm(): object {
  const media = { accept: ["image/*"], clearable: true, image_upload: true, hide_content_type: true };
  const fields = [
    { name: "name", selector: { text: {} } },
    choice("layout", LAYOUTS),
    choice("buttons", BUTTONS, true),
    choice("appearance", APPEARANCES),
    { name: "color", selector: { color_rgb: {} } },
    { name: "picture", selector: { media } },
  ];
  const computeHelper = ({ name }: { name: string }): string | undefined =>
    name === "device_id" ? text("config.all_cars") : undefined;
  return form(fields, { computeHelper, assertConfig });
}

/** Return the CSS color of the drawing, null for the theme's color. */
export function colorOf({ color }: CarConfig): string | null {
  return Array.isArray(color) ? `rgb(${color.join()})` : (color ?? null);
}

const UPLOADED = "media-source://image_upload/";

/** Return the address of a picture; Home Assistant resolves items of the media browser. */
export async function pictureUrl(hass: HomeAssistant, picture: Picture): Promise<string> {
  const id = typeof picture === "string" ? picture : picture.media_content_id;
  if (id.startsWith(UPLOADED)) return `/api/image/serve/${id.slice(UPLOADED.length)}/original`;
  if (!id.startsWith("media-source://")) return id;
  const found = await hass.callWS<{ url: string }>({ type: "media_source/resolve_media", media_content_id: id });
  return found.url;
}
