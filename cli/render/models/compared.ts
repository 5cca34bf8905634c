/** Two runs or models side by side. */
import type { ComparedSideJson, CompareJson } from "../../json/models.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

export function comparedText(compared: CompareJson, screen: Screen): string {
  const { a, b } = compared;
  const { colours } = screen;
  return [
    `${colours.bold("A")}  ${nameOf(a)}  ${colours.dim(a.runId)}`,
    `${colours.bold("B")}  ${nameOf(b)}  ${colours.dim(b.runId)}`,
    "",
    table(["", "A", "B", "B − A"], rowsOf(a, b), screen, [1, 2, 3]),
    "",
    ...sentences(compared).map((sentence) => wrapWords(sentence, screen.width)),
  ].join("\n");
}

const nameOf = ({ model, version }: ComparedSideJson): string => `${model}@${version}`;

function rowsOf(a: ComparedSideJson, b: ComparedSideJson): readonly (readonly string[])[] {
  const share = (name: string, of: (side: ComparedSideJson) => number | undefined): readonly string[][] => {
    const [one, other] = [of(a), of(b)];
    if (one === undefined && other === undefined) return [];
    const difference = one === undefined || other === undefined ? "" : signed(shown(other) - shown(one), 1);
    return [
      [name, one === undefined ? "–" : percent(one), other === undefined ? "–" : percent(other), difference],
    ];
  };
  const interval = ({ accuracyInterval: [low, high] }: ComparedSideJson): string =>
    `${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)}`;
  return [
    ["classes", String(a.classes), String(b.classes), ""],
    ["test images", String(a.testImages), String(b.testImages), ""],
    ...share("accuracy", ({ accuracy }) => accuracy),
    ["  95 % interval", interval(a), interval(b), ""],
    ...share("over folds", ({ folds }) => folds?.accuracy),
    ...share("balanced accuracy", ({ balancedAccuracy }) => balancedAccuracy),
    ...share("macro F1", ({ macroF1 }) => macroF1),
    ...share("mean AUC", ({ macroAuc }) => macroAuc),
    ["loss", a.loss.toFixed(3), b.loss.toFixed(3), signed(b.loss - a.loss, 3)],
    ...share("calibration error", ({ calibrationError }) => calibrationError),
  ];
}

/** In per cent, as it stands in its column: what is seen there has to add up. */
const shown = (share: number): number => Number((100 * share).toFixed(1));

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

function sentences({ paired, onlyTestOf, labelledOtherwise }: CompareJson): readonly string[] {
  const others = [
    ...(onlyTestOf.a + onlyTestOf.b === 0
      ? []
      : [
          `${onlyTestOf.a} test images of A and ${onlyTestOf.b} of B were not held out by the other: they count in the columns above only.`,
        ]),
    ...(labelledOtherwise === 0
      ? []
      : [`${labelledOtherwise} images that both held out have different labels, and are left out.`]),
  ];
  if (paired === undefined)
    return [
      "No image was held out by both with the same label: the figures are of different images, and say nothing of which is better.",
      ...others,
    ];
  const { images, accuracyA, accuracyB, onlyA, onlyB, pValue, better } = paired;
  const verdict =
    better === undefined ? "not proven that either is better" : `${better.toUpperCase()} is better`;
  return [
    `On the ${images} images that both held out: A ${percent(accuracyA)}, B ${percent(accuracyB)}; only A is right on ${onlyA}, only B on ${onlyB}: ${verdict} (McNemar's exact test, two-sided, p ${pText(pValue)}).`,
    ...others,
  ];
}

const pText = (p: number): string => (p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`);
