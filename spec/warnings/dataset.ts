/** Warnings about the images themselves. */
import { leftOutSentence } from "../images/leftOut.js";
import type { DataFaults, DatasetSummary } from "../records/dataset.js";
import { shortcutWarnings } from "./shortcuts.js";
import type { Warning } from "./warning.js";
import { counted, named, percent } from "./words.js";

/** Of all files that could have been images: from here on the rest may not be what was meant. */
const MANY_LEFT_OUT = 0.05;
/** From here on a model that always answers with the largest class looks good; as in `thaw init`'s warning. */
const UNEQUAL = 10;

export function datasetWarnings(dataset: DatasetSummary): readonly Warning[] {
  const { faults, classes } = dataset;
  const nameOf = (label: number): string => classes[label] ?? `class ${label}`;
  return [
    ...knownWarnings(dataset),
    ...tieWarnings(dataset),
    ...leftOutWarnings(dataset),
    ...(faults === undefined
      ? []
      : [
          ...leakWarnings(faults),
          ...shortcutWarnings(faults.shortcuts, nameOf),
          ...contradictionWarnings(faults),
          ...darkWarnings(faults),
          ...layerWarnings(faults, dataset.images),
          ...sizeWarnings(faults, nameOf),
          ...misnamedWarnings(faults),
        ]),
  ];
}

function knownWarnings({ knownToBase }: DatasetSummary): readonly Warning[] {
  const { flattering = 0 } = knownToBase ?? {};
  if (flattering === 0) return [];
  return [
    {
      code: "known-to-base",
      grade: "voids",
      sentence: `The base has learned from ${counted(flattering, "image")} of those that test it now, so the accuracy flatters.`,
      advice: "set data.leaks to repair, or test on images that no run has seen",
    },
  ];
}

/** In a retraining with splits that are drawn. */
function tieWarnings({ quarantined }: DatasetSummary): readonly Warning[] {
  const tied = quarantined.filter(({ why }) => why === "ties").map(({ path }) => path);
  if (tied.length === 0) return [];
  return [
    {
      code: "tied-images",
      grade: "check",
      sentence: `${counted(tied.length, "image")} ${tied.length === 1 ? "was" : "were"} left out, because ${tied.length === 1 ? "it ties" : "they tie"} images that earlier versions were trained on to some that they hold out: ${named(tied)}.`,
      advice:
        "the report lists them with the reasons; take such copies away, or mend the image groups of the manifest",
    },
  ];
}

/** `evaluation.ts` says with figures what it did to the accuracy. */
function leakWarnings({ leaks }: DataFaults): readonly Warning[] {
  if (leaks === undefined || leaks.count === 0) return [];
  const { count, policy, dropped } = leaks;
  const where = `${counted(count, "picture")} ${count === 1 ? "lies" : "lie"} in more than one of the splits that came with the images`;
  if (policy === "repair") {
    return [
      {
        code: "leaks",
        grade: "note",
        sentence: `${where}; ${counted(dropped, "copy", "copies")} of held-out images ${dropped === 1 ? "was" : "were"} left out.`,
        advice: "look whether the splits have more in common: the same patients, places or series",
      },
    ];
  }
  return [
    {
      code: "leaks",
      grade: "voids",
      sentence: `${where}, and they were left there: the accuracy may be that of images known from training.`,
      advice: "set data.leaks to repair, which leaves the copies of held-out images out of training",
    },
  ];
}

/** Only equal bytes prove that a label is wrong: the same face with and without a mask looks alike, too. */
function contradictionWarnings({ conflicts, lookAlikes }: DataFaults): readonly Warning[] {
  // In datasets of older versions both kinds are among the conflicts, of which the first are shown.
  const old = lookAlikes === undefined ? conflicts.shown.filter(({ sameBytes }) => !sameBytes).length : 0;
  const alike = lookAlikes?.count ?? old;
  const same = conflicts.count - old;
  return [
    ...(same === 0
      ? []
      : [
          {
            code: "contradictions" as const,
            grade: "check" as const,
            sentence: `${counted(same, "picture")} ${same === 1 ? "is" : "are"} there more than once, byte for byte, under different labels: at least one of the labels is wrong.`,
            advice: "correct the labels that the report lists, and run again",
          },
        ]),
    ...(alike === 0
      ? []
      : [
          {
            code: "look-alikes" as const,
            grade: "note" as const,
            sentence: `${counted(alike, "group")} of images look${alike === 1 ? "s" : ""} alike and ${alike === 1 ? "has" : "have"} different labels.`,
            advice:
              "look at them in the report: either labels are wrong, or the classes differ in small things",
          },
        ]),
  ];
}

function sizeWarnings({ imbalance }: DataFaults, nameOf: (label: number) => string): readonly Warning[] {
  const { ratio, smallest, largest, below5, below20 } = imbalance;
  const few = below5.length > 0 ? below5 : below20;
  return [
    ...(few.length === 0
      ? []
      : [
          {
            code: "small-classes" as const,
            grade: below5.length > 0 ? ("check" as const) : ("note" as const),
            sentence:
              below5.length > 0
                ? `Fewer than 5 images: ${named(few.map(nameOf))}; too few to learn ${few.length === 1 ? "the class" : "the classes"} or to judge ${few.length === 1 ? "it" : "them"}.`
                : `Fewer than 20 images: ${named(few.map(nameOf))}; one test image is worth many points there.`,
            advice: "add images to them, or leave the classes out",
          },
        ]),
    ...(ratio < UNEQUAL
      ? []
      : [
          {
            code: "unequal-classes" as const,
            grade: "check" as const,
            sentence: `"${nameOf(largest)}" has ${Math.round(ratio)} times as many images as "${nameOf(smallest)}", so the accuracy tells little about the small classes.`,
            advice:
              "look at the balanced accuracy; loss.class_weights: balanced gives small classes more weight",
          },
        ]),
  ];
}

/** Of so few it is as likely that they are dark. */
const ENOUGH_DARK = 5;
/** With 15 bits a picture is half as bright as it was meant: hardly a fault. */
const DARK_BITS = 14;

function darkWarnings({ darkSamples }: DataFaults): readonly Warning[] {
  if (darkSamples === undefined) return [];
  const { count, bits, brightest } = darkSamples;
  const which = count === 1 ? "The one image" : `All ${count} images`;
  return [
    {
      code: "dark-samples",
      grade: bits <= DARK_BITS && count >= ENOUGH_DARK ? "check" : "note",
      sentence:
        `${which} with 16 bits a sample ${count === 1 ? "stays" : "stay"} below ${2 ** bits} of 65535 (the brightest sample is ${brightest}), ` +
        `as numbers of a camera with ${bits} bits do: they were used as they are, ${2 ** (16 - bits)} times darker than such a camera means them.`,
      advice: `if they come from such a camera, multiply their samples by ${2 ** (16 - bits)} and run again; else they are only dark`,
    },
  ];
}

/** From this share of the images on they are of a kind, as satellites' and microscopes' are, and no accident. */
const OF_A_KIND = 0.5;

function layerWarnings({ layersLeftOut }: DataFaults, images: number): readonly Warning[] {
  if (layersLeftOut === undefined) return [];
  const { pages, transparent } = layersLeftOut;
  const isOfAKind = Math.max(pages?.count ?? 0, transparent?.count ?? 0) >= OF_A_KIND * images;
  return [
    {
      code: "layers-left-out",
      grade: isOfAKind ? "check" : "note",
      sentence: `${leftOutSentence(layersLeftOut, "data.background")}.`,
      advice:
        "if the rest matters, as slices or bands of other light do, save the three that matter most as red, green and blue of a PNG without transparency",
    },
  ];
}

/** Those that were left out on purpose, as copies or known to the base, are told of elsewhere. */
function leftOutWarnings({ quarantined, images, faults, knownToBase }: DatasetSummary): readonly Warning[] {
  // Datasets of older versions do not say why.
  const unsaid = quarantined.filter(({ why }) => why === undefined).length;
  const onPurpose = unsaid === 0 ? 0 : (faults?.leaks?.dropped ?? 0) + (knownToBase?.dropped ?? 0);
  const unreadable = quarantined.filter(({ why }) => why === "unreadable").length;
  const count = unreadable + Math.max(0, unsaid - onPurpose);
  if (count === 0) return [];
  const of = quarantined.length + images;
  const share = count / of;
  return [
    {
      code: "files-left-out",
      grade: share >= MANY_LEFT_OUT ? "check" : "note",
      sentence: `${counted(count, "file")} of ${of} (${percent(share)}) ${count === 1 ? "was" : "were"} left out, because ${count === 1 ? "it" : "they"} could not be used.`,
      advice: "the report lists them with the reasons; look whether they are all of one class or source",
    },
  ];
}

function misnamedWarnings({ misnamed }: DataFaults): readonly Warning[] {
  const [example] = misnamed.shown;
  if (example === undefined) return [];
  const { count } = misnamed;
  return [
    {
      code: "misnamed-files",
      grade: "note",
      sentence: `${counted(count, "image")} ${count === 1 ? "is" : "are"} of another format than the name says (${example.path} is ${example.format}).`,
      advice: "nothing: the bytes were believed, and the images used",
    },
  ];
}
