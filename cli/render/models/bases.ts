/** Bases as a table. */

import type { Pin } from "../../../client/bases/known.js";
import { bandsSentence, type TakenWeights } from "../../../spec/base.js";
import { layerGroupsOf } from "../../../spec/pipeline/layerGroups.js";
import type { BaseJson, BasesJson, KnownBasesJson } from "../../json/bases.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

const HEADER = ["BASE", "PRETRAINED ON", "INPUT", "TOP-1", "LICENCE", "SHA-256"];
const NUMBERS = [2, 3];
/** A part of a licence says another one. */
const LICENCE_COLUMN = 4;
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
    `With a checkpoint of yours (thaw bases add), also the architectures ${names};
any ConvNet of common operators in an ONNX file (--arch onnx);
as a frozen extractor of features, any TensorFlow.js layers model (--arch layers-model)`,
    screen.width,
    "  ",
  );
  const outdated = bases.flatMap((base) =>
    base.outdated === undefined ? [] : [`\n${wrapWords(base.outdated, screen.width, "  ")}`],
  );
  return `${table(HEADER, rows, screen, NUMBERS, [0, LICENCE_COLUMN])}${outdated.join("")}
${others}`;
}

/** Which network of a checkpoint's file it is, what else would have done, and which numbers were converted. */
export function takenSentence({ name, prefix, others = [], ...told }: TakenWeights): string {
  const {
    converted = [],
    blueFirst = false,
    oneChannel = false,
    bands,
    folded = false,
    computed = false,
  } = told;
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
  const grey = oneChannel
    ? [
        "It was trained on one channel: a third of its first kernel was given to each of red, green and blue, which is the same for grey pictures; of coloured ones it sees the mean of the three.",
      ]
    : [];
  const shown = bands === undefined ? [] : [bandsSentence(bands)];
  const without = folded
    ? ["It has no batch norms (any more): runs cannot tell how far your images are from its own."]
    : [];
  const made = computed
    ? [
        "Its graph computes kernels of other weights, as standardised ones are: thaw has what came out, and tunes that as it is.",
      ]
    : [];
  return [...taken, ...stored, ...turned, ...grey, ...shown, ...without, ...made].join(" ");
}

const KNOWN_HEADER = ["NAME", "ARCHITECTURE", "PRETRAINED ON", "LICENCE"];

/** Published checkpoints that thaw knows. */
export function knownTable({ known }: KnownBasesJson, screen: Screen): string {
  if (known.length === 0) return "";
  const rows = known.map(({ name, architecture, pretrainedOn, licence, concern, url }) => [
    name,
    architecture,
    pretrainedOn,
    [
      licence,
      ...(concern === "unknown" || concern === undefined ? [] : [concern]),
      ...(url === undefined ? ["by hand"] : []),
    ].join("; "),
  ]);
  return table(KNOWN_HEADER, rows, screen, [], [0, KNOWN_HEADER.length - 1]);
}

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

/** One number for all channels, or one for each. */
const numbers = (value: number | readonly number[]): string =>
  typeof value === "number" ? rounded(value) : value.map(rounded).join(", ");

/** Of a network that was read as a graph: what of it can be tuned, and where its features come from. */
export function networkSentence({
  architecture,
  network,
}: Pick<BaseJson, "architecture" | "network">): string {
  if (network === undefined) return "";
  const { features, output, head } = network;
  const groups = layerGroupsOf(architecture);
  const tuned =
    groups.length === 0
      ? "all of it stays frozen"
      : `runs can tune ${groups.join(", ")}, and the rest stays frozen`;
  const left = head === undefined ? "" : `; ${head} and what follows is left`;
  return `Read as a graph: ${tuned}. Its ${features} features are the means of ${output}${left}. It is given red, green, blue.`;
}

/** How pictures become the input of an added base, and what of that nobody has said. */
export function inputSentence(base: BaseJson): string {
  const { inputSize, preprocessing, guessed = [], network, trainedOn } = base;
  const { scale, mean, deviation, kernel, cropFraction, channels } = preprocessing;
  const named = scale === undefined ? "" : ` (--scale ${scale})`;
  const scaling = `(x − ${numbers(mean)}) / ${numbers(deviation)} of pixels in 0…255${named}`;
  const view = `the middle ${percent(cropFraction)} of the picture's short side, scaled ${kernel === "cubic" ? "bicubically" : "linearly"}`;
  const guess =
    guessed.length === 0
      ? ""
      : ` Of these, ${guessed.join(", ")} ${guessed.length === 1 ? "is" : "are"} guessed from the ${network === undefined ? "architecture" : "file"}.`;
  const order = trainedOn === "BGR" ? `${channels} (it was trained on BGR, and is turned)` : channels;
  return `Its input: ${order}, ${inputSize} × ${inputSize} pixels, ${view}; ${scaling}.${guess}`;
}

/** Of a published checkpoint: how sure it is that the file is the publisher's, and what to know of it. */
export function knownSentences({ name, pin, note }: { name: string; pin: Pin; note?: string }): string {
  const sure =
    pin.by === "nobody"
      ? `No publisher tells the SHA-256 of ${name}: what came now is what it is held to from now on, in this store.`
      : pin.by === "publisher"
        ? `Its SHA-256 ${pin.digits.length < 64 ? `begins with ${pin.digits}` : `is ${pin.digits}`}, as its publisher tells.`
        : `It is the same file as that of ${pin.base}.`;
  return note === undefined ? sure : `${sure} Note: ${note}.`;
}
