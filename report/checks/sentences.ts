/** What is wrong with the data, in sentences. */
import type { DataFaults } from "../../spec/records/dataset.js";
import { counted, percent } from "../format.js";

/** Names listed in a sentence; the rest is counted. */
const NAMED = 5;
/** From here on a model that always answers with the largest class looks good; as in `thaw init`'s warning. */
const UNEQUAL = 10;

/** Faults without pictures, one sentence each; none when nothing was found. */
export function faultSentences(faults: DataFaults, classes: readonly string[]): string[] {
  const nameOf = (label: number): string => classes[label] ?? `class ${label}`;
  return [
    ...shortcutSentences(faults, nameOf),
    ...imbalanceSentences(faults, nameOf),
    ...oddSentences(faults, nameOf),
    ...fileSentences(faults),
  ];
}

/** What to do about each property that gives classes away. */
const ADVICE: Readonly<Record<string, string>> = {
  "file format": "Traces of compression differ between formats, and a network can see them",
  "file size": "It hints at another quality of compression, which a network can see",
  "image size": "Images that were enlarged or reduced differ in sharpness, which a network can see",
  "aspect ratio": "It hints at another camera, scanner or crop",
  "border colour": "The network may look at the background instead of the thing",
  folder: "If folders are different sources, the network may learn the source",
};

function shortcutSentences({ shortcuts }: DataFaults, nameOf: (label: number) => string): string[] {
  return shortcuts.map(
    ({ property, label, balancedAccuracy, pValue }) =>
      `The ${property} alone tells “${nameOf(label)}” from the other classes in ${percent(balancedAccuracy)} of cases, ` +
      `where guessing reaches 50 % (balanced accuracy, cross-validated; permutation test p ≤ ${pValue}). ` +
      `${ADVICE[property] ?? "The network may learn it"}: check that new images will be alike in this, ` +
      "or the accuracy measured here will not hold for them.",
  );
}

function imbalanceSentences({ imbalance }: DataFaults, nameOf: (label: number) => string): string[] {
  const { ratio, smallest, largest, below5, below20 } = imbalance;
  const names = (labels: readonly number[]): string => {
    const more = labels.length > NAMED ? ` and ${labels.length - NAMED} more` : "";
    return (
      labels
        .slice(0, NAMED)
        .map((label) => `“${nameOf(label)}”`)
        .join(", ") + more
    );
  };
  const few = below20.filter((label) => !below5.includes(label));
  return [
    ...(ratio < UNEQUAL
      ? []
      : [
          `“${nameOf(largest)}” has ${Math.round(ratio)} times as many images as “${nameOf(smallest)}”: ` +
            "look at the balanced accuracy and at the small classes, not at the accuracy alone.",
        ]),
    ...(below5.length === 0
      ? []
      : [`${names(below5)}: fewer than 5 images, too few to learn the class or to judge it.`]),
    ...(few.length === 0
      ? []
      : [
          `${names(few)}: fewer than 20 images, so one test image is worth many points of the class’s recall.`,
        ]),
  ];
}

/** Of the one picture of its format and the like, where there are any. */
function oddSentences(
  { oneColour, oddFormats, darkSamples, notes = [] }: DataFaults,
  nameOf: (label: number) => string,
): string[] {
  const plain = oneColour?.shown[0];
  const odd = oddFormats?.shown[0];
  return [
    ...notes.map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`),
    ...(darkSamples === undefined
      ? []
      : [
          `${counted(darkSamples.count, "image")} with 16 bits a sample ${darkSamples.count === 1 ? "stays" : "all stay"} below ${2 ** darkSamples.bits} of 65535: ` +
            `numbers of a camera with ${darkSamples.bits} bits, or dark pictures; they were used as they are.`,
        ]),
    ...(oneColour === undefined || plain === undefined
      ? []
      : [
          `${counted(oneColour.count, "image")} ${oneColour.count === 1 ? "shows" : "show"} one colour and nothing else ` +
            `(${plain.path} in “${nameOf(plain.label)}”): a failed download or an empty scan, from which nothing can be learned.`,
        ]),
    ...(oddFormats === undefined || odd === undefined
      ? []
      : [
          `${counted(oddFormats.count, "image")} ${oddFormats.count === 1 ? "is" : "are"} of another format than nearly all others ` +
            `(${odd.path} is ${odd.format}): look at ${oddFormats.count === 1 ? "it" : "them"}, placeholders for missing pictures are often so.`,
        ]),
  ];
}

function fileSentences({ misnamed, ignored }: DataFaults): string[] {
  const example = misnamed.shown[0];
  const first = ignored.shown[0];
  return [
    ...(example === undefined
      ? []
      : [
          `${counted(misnamed.count, "image")} ${misnamed.count === 1 ? "is" : "are"} of another format than the name says ` +
            `(${example.path} is ${example.format}); the bytes were believed and the images used.`,
        ]),
    ...(first === undefined
      ? []
      : [
          `${counted(ignored.count, "file or folder", "files or folders")} in the source ${ignored.count === 1 ? "was" : "were"} passed over ` +
            `(${first.path}: ${first.reason}).`,
        ]),
  ];
}
