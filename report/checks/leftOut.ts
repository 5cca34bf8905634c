/** What was left out of the images, by its reason. */
import type { QuarantinedFile } from "../../spec/records/dataset.js";
import { counted } from "../format.js";

const KINDS = ["unreadable", "copy", "known", "ties"] as const;
const WORDS: Readonly<Record<(typeof KINDS)[number], readonly [one: string, several: string]>> = {
  unreadable: ["unreadable file", "unreadable files"],
  copy: ["copy of a held-out image", "copies of held-out images"],
  known: ["image that the base knows", "images that the base knows"],
  ties: ["image between training and held-out ones", "images between training and held-out ones"],
};

/** `3 unreadable files, 257 copies of held-out images`; datasets of older versions do not say why. */
export function leftOutWords(files: readonly QuarantinedFile[]): string {
  const parts = KINDS.map((kind) => [kind, files.filter(({ why }) => why === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => counted(count, ...WORDS[kind]));
  const others = files.filter(({ why }) => why === undefined).length;
  if (others > 0) parts.push(counted(others, parts.length === 0 ? "file" : "other file"));
  return parts.length === 0 ? "nothing" : parts.join(", ");
}
