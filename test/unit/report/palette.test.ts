import assert from "node:assert/strict";
import { test } from "node:test";
import { FIRST_HIGH_STEP, PALETTES, SCALE_STEPS, type Token } from "../../../report/style/palette.js";

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const steps = Array.from({ length: SCALE_STEPS }, (_, index) => index + 1);
const onScale = (name: "blue" | "orange"): readonly (readonly [Token, Token])[] =>
  steps.map((step) => [step >= FIRST_HIGH_STEP ? "on-high" : "on-low", `${name}-${step}` as Token]);

/** Text on background, as the style sheets pair them: 4.5:1 (WCAG 1.4.3). */
const TEXTS: readonly (readonly [Token, Token])[] = [
  ["ink", "paper"],
  ["ink", "panel"],
  ["muted", "paper"],
  ["muted", "panel"],
  ["muted", "frozen"],
  ["muted", "frozen-line"],
  ["ink", "blue-2"],
  ["link", "paper"],
  ["good", "paper"],
  ["warn", "paper"],
  ...onScale("blue"),
  ...onScale("orange"),
];

/** Lines and bars on background: 3:1 (WCAG 1.4.11). */
const GRAPHICS: readonly (readonly [Token, Token])[] = [
  ["validation", "paper"],
  ["training", "paper"],
  ...steps.concat(8).map((index) => [`class-${index}` as Token, "paper"] as const),
  ["validation", "frozen"],
  ["training", "frozen"],
];

for (const [scheme, palette] of Object.entries(PALETTES)) {
  for (const [pairs, least] of [[TEXTS, 4.5] as const, [GRAPHICS, 3] as const]) {
    for (const [front, back] of pairs) {
      test(`${scheme}: ${front} stands out on ${back}`, () => {
        const ratio = contrast(palette[front], palette[back]);
        assert.ok(ratio >= least, `${ratio.toFixed(2)}:1 is below ${least}:1`);
      });
    }
  }
}

test("the published extremes: black on white is 21:1", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
});
