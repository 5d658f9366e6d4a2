import { expect, test } from "vitest";
import french from "../translations/fr.json";
import { en } from "../src/texts/en";
import { textsUrl } from "../src/texts";

test("texts are loaded from beside the module, in its version", () => {
  const module = "https://home.jsmith.example/renault_ze/renault-ze.js?v=1.0.0-1234";
  expect(textsUrl(module, "fr")).toBe("https://home.jsmith.example/renault_ze/fr.json?v=1.0.0-1234");
});

test("a space precedes colons in French, also where the card joins two texts", () => {
  expect(en["common.labeled"]).toBe("{label}: {text}");
  expect(Object.values(french).filter((each) => /\S:\s/.test(each))).toEqual([]);
  expect(french["common.labeled"]).toBe("{label}\u00a0: {text}");
});
