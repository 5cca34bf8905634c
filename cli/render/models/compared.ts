/** Two runs or models side by side. */
import { voiding } from "../../../spec/warnings/doubts.js";
import type { Warning } from "../../../spec/warnings/warning.js";
import type { ComparedSideJson, CompareJson } from "../../json/models.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";
import { table } from "../table.js";
import { warningLines, warningMark } from "../warnings.js";
import { wrapWords } from "../words.js";
import { pairedSentences, sideTitles, signed } from "./paired.js";

export function comparedText(compared: CompareJson, screen: Screen): string {
  const { a, b } = compared;
  return [
    ...sideTitles(a, b, screen),
    "",
    table(["", "A", "B", "B − A"], [...rowsOf(a, b), ...warningRow(a, b, screen)], screen, [1, 2, 3]),
    ...voidLines(a, b, screen),
    "",
    ...pairedSentences(compared).map((sentence) => wrapWords(sentence, screen.width)),
  ].join("\n");
}

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

/** What may void a figure of the columns, and of which; what is said of both once. */
function voidLines(a: ComparedSideJson, b: ComparedSideJson, screen: Screen): readonly string[] {
  const [ofA, ofB] = [voiding(a.warnings), voiding(b.warnings)];
  const has = (those: readonly Warning[]) => (one: Warning) =>
    those.some(({ sentence }) => sentence === one.sentence);
  const without = (those: readonly Warning[]) => (one: Warning) => !has(those)(one);
  const lines = [
    ...warningLines(ofA.filter(has(ofB)), screen, "A and B"),
    ...warningLines(ofA.filter(without(ofB)), screen, "A"),
    ...warningLines(ofB.filter(without(ofA)), screen, "B"),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

/** Figures are not looked at without a mark of what is to be known of them; `thaw explain` has all sentences. */
function warningRow(
  a: ComparedSideJson,
  b: ComparedSideJson,
  { colours }: Screen,
): readonly (readonly string[])[] {
  const [one, other] = [warningMark(a.warnings, colours), warningMark(b.warnings, colours)];
  return one === "" && other === "" ? [] : [["warnings", one, other, ""]];
}

/** In per cent, as it stands in its column: what is seen there has to add up. */
const shown = (share: number): number => Number((100 * share).toFixed(1));
