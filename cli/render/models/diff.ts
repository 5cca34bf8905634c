/** What changed between two versions, for people: first the images and values, then what came of it. */
import { depthWords } from "../../../spec/retraining/depth.js";
import { pText } from "../../../spec/text/pText.js";
import type { DiffJson } from "../../json/models.js";
import type { Screen } from "../../output.js";
import { duration, percent, size } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";
import { pairedSentences, sideTitles, signed } from "./paired.js";

export function diffText(found: DiffJson, screen: Screen): string {
  const { a, b } = found;
  const sections = [
    [sideTitles(a, b, screen).join("\n")],
    imageLines(found.data, screen),
    valueLines(found, screen),
    [makingTable(found, screen)],
    answerLines(found, screen),
    warningLines(found.warnings, screen),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function imageLines(data: DiffJson["data"], screen: Screen): readonly string[] {
  const { added, removed, relabelled, moved, same, images, classes } = data;
  const title = screen.colours.bold("Images");
  const movedCount = moved.reduce((sum, move) => sum + move.images, 0);
  if (added.count + removed.count + relabelled.count + movedCount === 0)
    return [`${title}: the same ${images.a}, with the same labels and splits`];
  const changed = classes.filter(({ added, removed, gained, lost }) => added + removed + gained + lost > 0);
  const rows = changed.map(({ name, a, b, added: more, removed: fewer, gained, lost }) => [
    ...[name, String(a), String(b), count(more, "+"), count(fewer, "−")],
    [count(gained, "+"), count(lost, "−")].filter((part) => part !== "").join(" "),
  ]);
  return [
    wrapWords(
      `${title}: ${same} the same, ${added.count} added, ${removed.count} removed, ${relabelled.count} relabelled, ${movedCount} moved to another split`,
      screen.width,
    ),
    ...(rows.length === 0
      ? []
      : [table(["CLASS", "A", "B", "ADDED", "REMOVED", "RELABELLED"], rows, screen, [1, 2, 3, 4, 5])]),
    ...moved.map(
      ({ from, to, images: each }) => `${each} from ${from} to ${to}${isLeak(from, to) ? LEAK : ""}`,
    ),
    ...relabelled.shown
      .slice(0, MOST_NAMED)
      .map(({ path, from, label }) => wrapWords(`${path}: ${from} in A, ${label} in B`, screen.width, "  ")),
    ...(relabelled.count > MOST_NAMED
      ? [`and ${relabelled.count - MOST_NAMED} more; --json names ${relabelled.shown.length}`]
      : []),
  ];
}

/** The rest is counted, and in the JSON. */
const MOST_NAMED = 5;
const LEAK = ": A held them out, B learned from them";

const isLeak = (from: string, to: string): boolean => from === "test" && to !== "test";
const count = (images: number, sign: string): string => (images === 0 ? "" : `${sign}${images}`);

function valueLines({ parameters, code }: DiffJson, screen: Screen): readonly string[] {
  const title = screen.colours.bold("Values");
  const rows = [
    ...parameters.map(({ key, a, b }) => [key, valueText(a), valueText(b)]),
    ...code.map(({ key, a, b }) => [`${key}: version of the code`, valueText(a), valueText(b)]),
  ];
  if (rows.length === 0) return [`${title}: the run files say the same, and so does the code`];
  return [title, table(["KEY", "A", "B"], rows, screen)];
}

function valueText(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const DIGEST_LETTERS = 12;

function makingTable({ a, b }: DiffJson, screen: Screen): string {
  const of = (side: DiffJson["a"]): readonly string[] => [
    side.from?.base ?? "–",
    side.from?.checkpoint?.slice(0, DIGEST_LETTERS) ?? "–",
    side.depth === undefined ? "in full" : depthWords(side.depth),
    size(side.weightsBytes),
    String(side.epochs),
    duration(side.trainingSeconds),
    side.secondsPerEpoch === undefined ? "–" : duration(side.secondsPerEpoch),
    duration(side.seconds),
    side.engines.join("; "),
  ];
  const names = [
    "base",
    "  its checkpoint",
    "trained",
    "weights",
    "epochs",
    "training",
    "  an epoch",
    "all stages",
    "computed with",
  ];
  const [ofA, ofB] = [of(a), of(b)];
  const isSaid = a.depth !== undefined || b.depth !== undefined;
  return table(
    ["", "A", "B"],
    names
      .map((name, row) => [name, ofA[row] ?? "", ofB[row] ?? ""])
      .filter(([name]) => isSaid || name !== "trained"),
    screen,
  );
}

const VERDICTS: Readonly<Record<DiffJson["classes"][number]["verdict"], string>> = {
  "a-better": "A is better",
  "b-better": "B is better",
  "not-proven": "",
  "cannot-say": "too few images",
};

function answerLines(found: DiffJson, screen: Screen): readonly string[] {
  const rows = found.classes.map(({ name, images, a, b, pValue, verdict }) => [
    ...[name, String(images), percent(a), percent(b), signed(100 * (b - a), 1)],
    VERDICTS[verdict] + (verdict.endsWith("-better") ? `, ${pText(pValue)}` : ""),
  ]);
  return [
    ...pairedSentences(found).map((sentence) => wrapWords(sentence, screen.width)),
    ...(rows.length === 0
      ? []
      : [table(["CLASS", "IMAGES", "A", "B", "B − A", ""], rows, screen, [1, 2, 3, 4])]),
  ];
}

function warningLines({ added, gone }: DiffJson["warnings"], screen: Screen): readonly string[] {
  const line = (what: string, { code, sentence }: DiffJson["warnings"]["added"][number]): string =>
    wrapWords(`${what} ${code}: ${sentence}`, screen.width, "  ");
  return [
    ...added.map((warning) => line("New in B:", warning)),
    ...gone.map((warning) => line("Gone since A:", warning)),
  ];
}
