/** What is known of an image's file besides what it shows: the properties by which a network could cheat. */

import type { LeftOutOfFile } from "../../spec/images/leftOut.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Pixels } from "../image/sharp.js";

/** Measured when the file is read; not part of the dataset. */
export interface ImageTraits extends LeftOutOfFile {
  /** Size of the file. */
  readonly bytes: number;
  /** Mean red, green and blue of the canonical image's outermost pixels, 0…255. */
  readonly border: readonly [number, number, number];
  /** Of a picture without anything in it: a failed download, an empty scan. */
  readonly oneColour?: true;
  /** Brightest sample, where they have 16 bits. */
  readonly brightest16?: number;
}

/** A property in words, and the columns of numbers or names that describe it. */
export interface Property {
  readonly name: string;
  readonly columns: readonly Column[];
  /** What the picture itself explains of the property: only what goes beyond that is suspicious. */
  readonly explainedBy?: Column;
}

type Column = (image: TraitedImage) => number | string;

export type TraitedImage = Pick<ImageRecord, "path" | "format" | "width" | "height" | "length"> & ImageTraits;

/** @param classes names of the classes: a folder that is named like one says nothing besides the label */
export function propertiesOf(classes: readonly string[]): readonly Property[] {
  const labels = new Set(classes);
  const folder = ({ path }: TraitedImage): string =>
    path
      .split("/")
      .slice(0, -1)
      .filter((part) => !labels.has(part))
      .join("/");
  return [
    { name: "file format", columns: [({ format }) => format] },
    // A plain picture makes a small file, however it is saved: the canonical image's size says how plain it is. (Of
    // sign-digits one raised finger is recognized by its file's size at 0.75, and by the canonical image's at 0.71.)
    { name: "file size", columns: [({ bytes }) => bytes], explainedBy: ({ length }) => length },
    { name: "image size", columns: [({ width }) => width, ({ height }) => height] },
    { name: "aspect ratio", columns: [({ width, height }) => width / height] },
    {
      name: "border colour",
      columns: [({ border }) => border[0], ({ border }) => border[1], ({ border }) => border[2]],
    },
    { name: "folder", columns: [folder] },
  ];
}

/** JPEG stores one colour with levels that differ by one or two. */
const SAME_WITHIN = 2;

/** Whether every pixel has the same colour. */
export function isOneColour({ data }: Pixels): boolean {
  for (const channel of [0, 1, 2]) {
    let [low, high] = [255, 0];
    for (let at = channel; at < data.length; at += 3) {
      const level = data[at] as number;
      if (level < low) low = level;
      if (level > high) high = level;
      if (high - low > SAME_WITHIN) return false;
    }
  }
  return true;
}

/** Mean colour of a frame one pixel wide. */
export function borderColour({ data, width, height }: Pixels): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  const add = (x: number, y: number): void => {
    const at = 3 * (y * width + x);
    for (const channel of [0, 1, 2] as const) sums[channel] += data[at + channel] as number;
  };
  for (let x = 0; x < width; x++) {
    add(x, 0);
    add(x, height - 1);
  }
  for (let y = 1; y < height - 1; y++) {
    add(0, y);
    add(width - 1, y);
  }
  const pixels = 2 * width + 2 * (height - 2);
  return [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels];
}
