import { expect, test } from "vitest";
import { textsUrl } from "../src/texts";

test("texts are loaded from beside the module, in its version", () => {
  const module = "https://home.jsmith.example/renault_ze/renault-ze.js?v=0.1.0-1234";
  expect(textsUrl(module, "fr")).toBe("https://home.jsmith.example/renault_ze/fr.json?v=0.1.0-1234");
});
