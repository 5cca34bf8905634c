/** The few lines that `thaw init` writes: what was chosen, and where the rest is told. */
import { stringify } from "yaml";
import { visible } from "../../spec/text/visible.js";

export interface ShortRunFile {
  readonly name: string;
  /** As it is to stand in `data.path`. */
  readonly dataPath: string;
  /** What `data.folders` is to say, where it has to. */
  readonly folders?: string | undefined;
  /** What `data.outside` is to say, where images may lie outside. */
  readonly outside?: string | undefined;
  readonly kind: string;
  /** Why that kind, without a full stop. */
  readonly kindReason: string;
  readonly images: number;
  readonly classes: number;
  /** Where the JSON schema is, from the run file's folder. */
  readonly schema: string;
  readonly warnings: readonly string[];
}

/** @returns YAML that `parseRunFile` accepts */
export function shortRunFile(chosen: ShortRunFile): string {
  const { name, dataPath, folders, outside, kind, kindReason, images, classes, schema, warnings } = chosen;
  const text = [
    `# yaml-language-server: $schema=${schema}`,
    `# Written by \`thaw init\` after a look at ${images} images in ${classes} classes. Every other key has its default:`,
    "# `thaw init --full` writes them all with their meaning, and editors show them from the schema above.",
    ...warnings.map((warning) => `# WARNING: ${warning}`),
    "",
    `name: ${inline(name)}`,
    "data:",
    `  path: ${inline(dataPath)}`,
    ...(folders === undefined ? [] : [`  folders: ${folders}`]),
    ...(outside === undefined ? [] : [`  outside: ${outside}`]),
    "augment:",
    `  # ${kindReason}; else general, photographs, symbols, medical or textures.`,
    `  kind: ${inline(kind)}`,
    "# What `thaw retrain` does with a version that it has trained: it is held against the one in use, on the same images.",
    "# model:",
    "#   promote: ask      # or automatic, never",
    "#   depth: auto       # a retraining trains as deep as what changed asks for; full, the default, from `base`",
    "#   rule: better      # or not-worse, by at most `margin: 0.01`",
    "",
  ];
  // A control character in a name would end the comment.
  return text.map(visible).join("\n");
}

const inline = (value: string): string => stringify(value, { blockQuote: false, lineWidth: 0 }).trimEnd();
