/** Lists a manifest: a CSV file with a header, or one JSON object a line. */
import { realpath } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { z } from "zod";
import { ThawError } from "../../spec/errors.js";
import { SPLITS } from "../../spec/records/dataset.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import { splitOf } from "../splits/names.js";
import { className, refuseTooMany, tooLong } from "./className.js";
import { byPath, type SourceEntries, type SourceEntry } from "./entries.js";
import { TAKE_OUTSIDE } from "./layout.js";
import { type Refusal, readManifestFile } from "./manifestBounds.js";
import { csvRows, type RawRow } from "./manifestCsv.js";
import { isBelow } from "./openFile.js";
import { decodeText } from "./text.js";

export const MANIFEST_EXTENSIONS: readonly string[] = [".csv", ".jsonl"];

const filled = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .refine((value) => value !== "", "is empty");
/** One spelling of each name, as of folders. */
const name = filled.transform(className).superRefine((value, context) => {
  const message = tooLong(value);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});
/** CSV knows no absent cell, only an empty one. */
const absentIfEmpty = (value: unknown): unknown => (value === "" || value === null ? undefined : value);

/** As folders may be called. */
const splitIfKnown = (value: unknown): unknown =>
  typeof value === "string" ? (splitOf(value.trim()) ?? value) : value;

const rowSchema = z.strictObject({
  path: filled.refine((value) => !value.includes("\0"), "has a zero in it, which no path has"),
  label: name,
  group: z.preprocess(absentIfEmpty, name.optional()),
  split: z.preprocess((value) => splitIfKnown(absentIfEmpty(value)), z.enum(SPLITS).optional()),
});

/** Of these, path and label have to be there. */
const COLUMNS: readonly string[] = Object.keys(rowSchema.shape);
const REQUIRED = 2;

/** A message shows no more letters: a line may be long. */
const SHOWN = 300;

export async function listManifest(
  manifest: string,
  { outside }: SourceReading = {},
): Promise<SourceEntries> {
  const folder = dirname(manifest);
  const text = manifestText(manifest, await readManifestFile(manifest, refusalOf(manifest)));
  if (outside === "allow") return parseManifest(manifest, text, (path) => resolve(folder, path));
  const within = await realpath(folder);
  const listed = parseManifest(manifest, text, (path, line) => {
    const file = resolve(folder, path);
    if (!isBelow(file, folder) && !isBelow(file, within)) throw outsideLine(manifest, line, path);
    return file;
  });
  await refuseFoldersOutside(manifest, listed.entries, within);
  return { ...listed, within };
}

/** Folders that are links; of files that are, whoever opens or digests them sees it. */
async function refuseFoldersOutside(
  manifest: string,
  entries: readonly SourceEntry[],
  within: string,
): Promise<void> {
  const first = new Map<string, SourceEntry>();
  for (const entry of entries) {
    const folder = dirname(entry.file);
    if (!first.has(folder)) first.set(folder, entry);
  }
  for (const [folder, { line, path }] of first) {
    // What is not there is told with the file that is missing.
    const real = await realpath(folder).catch(() => within);
    if (!isBelow(real, within)) throw outsideLine(manifest, line, path);
  }
}

/** The refusal of a row that names what is not below the manifest's folder. */
export function outsideLine(manifest: string, line: number | undefined, path: string): ThawError {
  const { message } = invalidLine(manifest, line, `${path} is not below the manifest's folder`);
  return new ThawError("DATA_INVALID", message, {
    hint: `move the image or the manifest; ${TAKE_OUTSIDE}: do so only with manifests that you trust`,
  });
}

/** Errors about a manifest's size. */
export function refusalOf(manifest: string): Refusal {
  return (line, what) =>
    line === undefined
      ? new ThawError("DATA_INVALID", `${basename(manifest)}: ${what}`, {
          hint: `a manifest has a line for each image: path,label; see ${manifest}`,
        })
      : invalidLine(manifest, line, what);
}

/** @throws ThawError DATA_INVALID where it is not certain which letters the bytes mean */
export function manifestText(manifest: string, bytes: Uint8Array): string {
  const text = decodeText(bytes);
  if (typeof text === "string") return text;
  throw invalidLine(manifest, text.line, text.sentence);
}

/**
 * @param manifest path or address; its extension decides how the text is read
 * @param fileOf where the image is that a row names; it may throw what is wrong with the path
 */
export function parseManifest(
  manifest: string,
  text: string,
  fileOf: (path: string, line: number) => string,
): SourceEntries {
  const rows =
    extname(manifest).toLowerCase() === ".csv"
      ? csvRows(text, COLUMNS, REQUIRED, (...problem) => invalidLine(manifest, ...problem))
      : jsonRows(manifest, text);
  const entries = rows.map(({ line, value }): SourceEntry => {
    const { label, group, split, ...row } = checkRow(manifest, line, value);
    const path = row.path.replaceAll("\\", "/");
    const optional = { ...(group === undefined ? {} : { group }), ...(split === undefined ? {} : { split }) };
    return { path, file: fileOf(path, line), label, line, ...optional };
  });
  refuseRepeatedFiles(manifest, entries);
  refuseMixedSplits(manifest, entries);
  const classes = [...new Set(entries.map(({ label }) => label))].sort();
  refuseTooMany(manifest, classes);
  if (classes.length < 2) {
    const found = classes[0] === undefined ? "no row" : `only the label "${classes[0]}"`;
    throw new ThawError("TOO_FEW_CLASSES", `found ${found} in ${manifest}; at least two labels are needed`, {
      hint: "each row names an image and its class, e.g. photos/1.jpg,cat under the header path,label",
    });
  }
  return { source: manifest, classes, entries: entries.sort(byPath), ignored: [] };
}

function jsonRows(manifest: string, text: string): RawRow[] {
  return text.split("\n").flatMap((content, index) => {
    if (content.trim() === "") return [];
    try {
      return [{ line: index + 1, value: JSON.parse(content) as unknown }];
    } catch (error) {
      throw invalidLine(manifest, index + 1, "not a JSON object", error);
    }
  });
}

function checkRow(manifest: string, line: number, value: unknown): z.output<typeof rowSchema> {
  const parsed = rowSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidLine(manifest, line, issue === undefined ? "not a row" : sentenceOf(issue, value));
}

function sentenceOf(issue: z.core.$ZodIssue, value: unknown): string {
  const column = issue.path.join(".");
  if (issue.code === "unrecognized_keys")
    return `unknown column ${issue.keys.join(", ")}: leave it out, if it is not one of ${COLUMNS.join(", ")} misspelt`;
  if (issue.code === "invalid_value") return `${column} must be one of ${SPLITS.join(", ")} (or val)`;
  if (issue.code === "custom") return `${column} ${issue.message}`;
  if (isList(issue.path, value)) return `${column} is a list: an image has one ${column}`;
  return column === "" ? "not an object with path and label" : `${column} is missing or no text`;
}

function isList([key]: readonly PropertyKey[], row: unknown): boolean {
  return key !== undefined && Array.isArray((row as Readonly<Record<PropertyKey, unknown>>)[key]);
}

function refuseRepeatedFiles(manifest: string, entries: readonly SourceEntry[]): void {
  const lines = new Map<string, number | undefined>();
  for (const { file, path, line } of entries) {
    if (lines.has(file)) {
      throw invalidLine(manifest, line, `${path} is named in line ${lines.get(file)} already`);
    }
    lines.set(file, line);
  }
}

function refuseMixedSplits(manifest: string, entries: readonly SourceEntry[]): void {
  const without = entries.find(({ split }) => split === undefined);
  if (without === undefined || entries.every(({ split }) => split === undefined)) return;
  throw invalidLine(
    manifest,
    without.line,
    "split is missing, but other rows have one: give all rows one, or none",
  );
}

/** What is wrong with a line of a manifest. */
export function invalidLine(
  manifest: string,
  line: number | undefined,
  what: string,
  cause?: unknown,
): ThawError {
  const shown = what.length > SHOWN ? `${what.slice(0, SHOWN)}…` : what;
  return new ThawError("DATA_INVALID", `${basename(manifest)}, line ${line}: ${shown}`, {
    hint: `columns are path and label, and if wanted group and split (${SPLITS.join(", ")}); see ${manifest}`,
    cause,
  });
}
