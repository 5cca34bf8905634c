/** The catalogue of published checkpoints: all names, and how one is found among them. */
import { KERAS } from "./keras.js";
import type { KnownBase } from "./knownBase.js";
import { MEDICAL } from "./medical.js";
import { PLACES365 } from "./places.js";
import { TIMM } from "./timm.js";
import { TORCHGEO } from "./torchgeo.js";
import { TORCHVISION } from "./torchvision.js";

/** By publisher, in the order in which they are listed. */
export const KNOWN_BASES: readonly KnownBase[] = [
  ...TORCHVISION,
  ...KERAS,
  ...PLACES365,
  ...MEDICAL,
  ...TORCHGEO,
  ...TIMM,
];

/** Publishers write `resnet50_fpn`, files `resnet50-fpn`, and people either. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, "");

/** @param name with dashes or underscores, in letters of any size */
export function knownBase(name: string): KnownBase | undefined {
  const wanted = plain(name);
  return KNOWN_BASES.find((known) => plain(known.name) === wanted);
}

/** Whether it is written as a name of the catalogue is: by one of its publishers. */
export function namesPublisher(text: string): boolean {
  const [publisher = "", ...rest] = text.toLowerCase().split("/");
  return rest.length === 1 && KNOWN_BASES.some(({ name }) => name.startsWith(`${publisher}/`));
}

/** Those of which name, domain, pretraining, licence or architecture has every one of the words. */
export function searchKnown(words: readonly string[]): readonly KnownBase[] {
  const wanted = words.map(plain).filter((word) => word !== "");
  return KNOWN_BASES.filter(({ name, domain, pretrainedOn, licence, architecture }) => {
    const text = plain([name, domain, pretrainedOn, licence, architecture].join(" "));
    return wanted.every((word) => text.includes(word));
  });
}
