/** Texts of the cards in the user's language. */

import type { HomeAssistant } from "../hass";
import { en, type TextKey, type Texts } from "./en";

export type { TextKey } from "./en";
export type Localize = (key: TextKey, placeholders?: Record<string, string | number>) => string;

const LANGUAGES = ["da", "de", "es", "fr", "it", "nb", "nl", "pt", "sv"];
const loaded = new Map<string, Texts>([["en", en]]);
const pending = new Map<string, Promise<void>>();

/** Return the language to load for a locale such as `fr-CA`. */
function languageOf(locale: string): string {
  const language = locale.split("-")[0] ?? "en";
  return LANGUAGES.includes(language) ? language : "en";
}

/** Return the address of the texts beside the module, in the same version. */
export function textsUrl(module: string, language: string): string {
  const { href, search } = new URL(module);
  return new URL(`${language}.json${search}`, href).href;
}

/** Load the texts of the user's language, null if they are loaded; if that fails, texts stay in English. */
export function loadTexts(hass: HomeAssistant, fetchTexts: typeof fetch = fetch): Promise<void> | null {
  const language = languageOf(hass.locale.language);
  if (loaded.has(language)) return null;
  let request = pending.get(language);
  if (request === undefined) {
    request = fetchTexts(textsUrl(import.meta.url, language))
      .then(async (response) => {
        if (response.ok) loaded.set(language, { ...en, ...((await response.json()) as Partial<Texts>) });
      })
      .catch(() => undefined)
      // The next card that is created repeats a failed request.
      .finally(() => pending.delete(language));
    pending.set(language, request);
  }
  return request;
}

/** Return the function that looks up texts in the user's language, in English until they are loaded. */
export function localizer(hass: HomeAssistant): Localize {
  const texts = loaded.get(languageOf(hass.locale.language)) ?? en;
  return (key, placeholders = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(placeholders[name] ?? whole));
}
