/** Build of the cards into one module, and their tests. */

import { readdirSync, readFileSync } from "node:fs";
import { minify } from "terser";
import { defineConfig } from "vitest/config";

/** Return style sheets without the white space that has no meaning. */
function minifiedStyles(code: string): string {
  const minified = (sheet: string): string =>
    sheet.replace(/\s+/g, " ").replace(/ ?([{};,>]) ?|(:) /g, "$1$2").replaceAll(";}", "}");
  return code.replace(/css`[^`]*`/g, minified);
}

const LANGUAGES = new URL("translations/", import.meta.url);

/** Return the texts in a language. */
function textsIn(fileName: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(fileName, LANGUAGES), "utf8")) as Record<string, string>;
}

/** Return the names of texts that the code computes, as patterns. */
function computedNames(code: string): RegExp[] {
  const beginnings = [...code.matchAll(/`([a-z_]+\.[a-z_.]*)\$\{/g)].map(([, name]) => new RegExp(`^${name}`));
  // Names that are computed from a section, by choices of settings and by the lists of Home Assistant.
  return [...beginnings, /^(config|layout|buttons|appearance)\./, /\.(title|description)$/];
}

/** Return the numbers that replace the names of texts, which the code contains as a whole. */
function numbersOf(code: string): Map<string, number> {
  const computed = computedNames(code);
  const names = Object.keys(textsIn("fr.json")).filter((name) => computed.every((each) => !each.test(name)));
  return new Map(names.map((name, index) => [name, index]));
}

/** Return minified code with numbers instead of the names of texts. */
function numbered(code: string, numbers: Map<string, number>): string {
  return code.replace(/(\b)?"([a-z_]+\.[a-z_.]+)"/g, (whole, isWord: string | undefined, name: string) => {
    const number = numbers.get(name);
    return number === undefined ? whole : `${isWord === undefined ? "" : " "}${number}`;
  });
}

// Members of our own objects; none of them is known to a browser, to Home Assistant, or to the integration.
const PRIVATE_NAMES = `
  requestUpdate updateComplete renderRoot willUpdate shouldUpdate addController hostConnected hostDisconnected
  bySchedule activeDay isSkipped problemsOf isList announcement isSaving lanes isSaved isContinued isVertical isRefused
  isSelected isDisabled changesDay openNew copyDay onlyInCar levelText isMarker isLate showDay segments markers gestures
  controller quarters subject refusal elsewhere unsaved hasDepartures hasWindows supportsWindows isNarrow isCharging
  candidate blockPressed blockClicked blockKey trackClicked trackPressed focusBlock dragEnded progress isActive
  hasDialogs isDragging isToday isCheapest continues occurs
`;

/** Return a pattern of the private names; throw an error if one of them is in the interface to the integration. */
function privateNames(): RegExp {
  const names = PRIVATE_NAMES.trim().split(/\s+/);
  const shared = ["api", "hass"].map((file) => readFileSync(new URL(`src/${file}.ts`, import.meta.url), "utf8"));
  const found = names.filter((name) => shared.some((code) => new RegExp(`\\b${name}\\??:`).test(code)));
  if (found.length > 0) throw new Error(`these names are not private: ${found.join(", ")}`);
  return new RegExp(`^(${names.join("|")})$`);
}

// A second minifier makes the compressed module smaller, also by short names of private members.
const SMALLEST = {
  module: true,
  ecma: 2022,
  compress: { passes: 3, pure_getters: true },
  mangle: { properties: { regex: privateNames(), keep_quoted: true } },
} as const;

// Chromium then compiles all functions in the background, and not each when it is called before the first paint.
const COMPILE_AT_ONCE = "//# allFunctionsCalledOnLoad";

export default defineConfig({
  publicDir: false,
  plugins: [
    {
      name: "minify-styles",
      apply: "build",
      transform: (code, id) => (code.includes("css`") && !id.includes("node_modules") ? minifiedStyles(code) : null),
    },
    {
      // In minified code, only templates have line breaks and indents: beside a tag they have no meaning.
      name: "minify-again",
      async generateBundle(_, bundle) {
        for (const each of Object.values(bundle)) {
          if (each.type !== "chunk") continue;
          const besideTag = /(?<=[>}`])\s*\n\s*(?=[<`]|\$\{)|\s*\n\s*(?=\/?>)/g;
          const collapsed = each.code.replace(besideTag, "").replace(/\s*\n\s*/g, " ");
          const { code = collapsed } = await minify(collapsed, SMALLEST);
          const numbers = numbersOf(code);
          each.code = `${COMPILE_AT_ONCE}\n${numbered(code, numbers)}`;
          // The texts in other languages, loaded on demand.
          for (const fileName of readdirSync(LANGUAGES)) {
            const entries = Object.entries(textsIn(fileName)).map(([name, text]) => [numbers.get(name) ?? name, text]);
            this.emitFile({ type: "asset", fileName, source: JSON.stringify(Object.fromEntries(entries), null, 2) });
          }
        }
      },
    },
  ],
  build: {
    target: "es2022",
    emptyOutDir: false,
    outDir: "../custom_components/renault_ze/frontend",
    lib: { entry: "src/main.ts", formats: ["es"], fileName: () => "renault-ze.js" },
    // Vite itself leaves the white space of ES modules.
    rolldownOptions: { output: { minify: true }, checks: { pluginTimings: false } },
  },
  // Properties are tested with many examples, which takes long on a busy computer.
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"], testTimeout: 60_000 },
});
