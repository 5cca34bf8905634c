/** Bases as a table. */
import type { TakenWeights } from "../../../spec/base.js";
import type { BasesJson } from "../../json/bases.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

const HEADER = ["BASE", "PRETRAINED ON", "INPUT", "TOP-1", "LICENCE", "SHA-256"];
const NUMBERS = [2, 3];
/** Enough to tell files apart. */
const DIGITS = 12;

export function basesTable({ bases, architectures }: BasesJson, screen: Screen): string {
  const rows = bases.map((base) => [
    base.version === undefined ? base.name : `${base.name}@${base.version}`,
    base.pretrainedOn,
    `${base.inputSize} px`,
    base.imagenetTop1 === undefined ? "" : percent(base.imagenetTop1),
    base.licence,
    base.sha256.slice(0, DIGITS),
  ]);
  const names = architectures.map(({ name }) => name).join(", ");
  const others = wrapWords(
    `With a checkpoint of yours (thaw bases add), also the architectures ${names};`,
    screen.width,
    "  ",
  );
  return `${table(HEADER, rows, screen, NUMBERS, [0])}
${others}
as a frozen extractor of features, any TensorFlow.js layers model (--arch layers-model)`;
}

/** Which network of a checkpoint's file it is, and what else would have done. */
export function takenSentence({ name, prefix, others = [] }: TakenWeights): string {
  const stripped = prefix === undefined ? "" : `; the prefix ${prefix} was taken off its names`;
  const rest =
    others.length === 0
      ? ""
      : `. The file also holds ${others.join(", ")}, which \`--weights ${others[0]}\` would take`;
  return `Taken from the file: ${name}${stripped}${rest}.`;
}
