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

/** Which network of a checkpoint's file it is, what else would have done, and which numbers were converted. */
export function takenSentence({ name, prefix, others = [], ...told }: TakenWeights): string {
  const { converted = [], blueFirst = false, folded = false } = told;
  const stripped = prefix === undefined ? "" : `; the prefix ${prefix} was taken off its names`;
  const rest =
    others.length === 0
      ? ""
      : `. The file also holds ${others.join(", ")}, which \`--weights ${others[0]}\` would take`;
  // Of one network without a prefix there is nothing else to say.
  const isPlain = prefix === undefined && others.length === 0 && name === "plain";
  const taken = isPlain ? [] : [`Taken from the file: ${name}${stripped}${rest}.`];
  const types = converted.join(" and ");
  const stored = types === "" ? [] : [`Its numbers are ${types} in the file; thaw computes with float32.`];
  const turned = blueFirst
    ? [
        "It was trained on pixels in the order blue, green, red; its first kernel was turned to red, green, blue.",
      ]
    : [];
  const without = folded
    ? [
        "Its batch norms were folded into its kernels, so runs cannot tell how far your images are from its own.",
      ]
    : [];
  return [...taken, ...stored, ...turned, ...without].join(" ");
}
