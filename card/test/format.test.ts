import { expect, test } from "vitest";
import { formatDistance, formatDuration } from "../src/format";
import { aHass } from "./fake";

test("durations are in hours and minutes", () => {
  expect([0, 59, 60, 135].map(formatDuration)).toEqual(["0 min", "59 min", "1 h", "2 h 15 min"]);
});

test("quantities are not reversed on a page from right to left", () => {
  document.dir = "rtl";
  expect([formatDuration(90), formatDistance(aHass(), 76)]).toEqual(["\u20661 h 30 min\u2069", "\u206676 km\u2069"]);
  document.dir = "";
  expect(formatDistance(aHass(), 76)).toBe("76 km");
});
