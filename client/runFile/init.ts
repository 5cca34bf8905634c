/** The commented run file that `thaw init` writes after a look at the images. */
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl } from "../../spec/images/objects.js";
import { KIND_DEFAULTS } from "../../spec/runFile/augment.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { visible } from "../../spec/text/visible.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { describeFolder, type FolderDescription } from "./describeFolder.js";
import { limits } from "./expectation.js";
import { shortRunFile } from "./initShort.js";
import { runFileJsonSchema, type SchemaNode } from "./jsonSchema.js";
import { dataPathFrom } from "./load.js";
import { parseRunFile } from "./parse.js";

export interface InitOptions extends SourceReading {
  /** Where the run file will lie; `data.path` is written relative to its folder. */
  readonly runFile: string;
  /** The model's name; made of the folder's name when left out. */
  readonly name?: string;
  /** Opens the store for images at an `s3://` address, which are refused without it. */
  readonly openStore?: () => Promise<Store>;
}

/** `docs/` lies beside `dist/` in the package. */
const SCHEMA_FILE = fileURLToPath(new URL("../../../docs/thaw.schema.json", import.meta.url));
/** More classes than this are counted, not listed. */
const MOST_LISTED = 40;

export interface Proposal {
  /** What was seen. */
  readonly found: FolderDescription;
  /** YAML that `parseRunFile` accepts. */
  readonly text: string;
}

/**
 * A run file of a few lines.
 * @throws ThawError as {@link proposeFullRunFile}
 */
export async function proposeRunFile(given: string, options: InitOptions): Promise<Proposal> {
  const { found, known, schema } = await lookAt(given, options);
  const text = shortRunFile({
    name: known.name,
    dataPath: known["data.path"],
    folders: options.folders,
    outside: options.outside,
    kind: found.kind.kind,
    kindReason: found.kind.reason,
    images: found.images,
    classes: found.classes.length,
    schema,
    warnings: found.warnings,
  });
  parseRunFile(text, options.runFile, []);
  return { found, text };
}

/**
 * Every key of the schema with its default and its meaning, generated, so that it cannot drift.
 * @throws ThawError USAGE for a name that is not allowed, and for an address of no bucket, DATA_NOT_FOUND, TOO_FEW_CLASSES, CLASS_EMPTY, DATA_INVALID
 */
export async function proposeFullRunFile(given: string, options: InitOptions): Promise<Proposal> {
  const { found, known, schema } = await lookAt(given, options);
  const text = [
    `# yaml-language-server: $schema=${schema}`,
    ...comment([
      `Written by \`thaw init\` after a look at ${found.images} images in ${found.classes.length} classes:`,
    ]),
    ...comment(classLines(found)),
    ...comment(notes(found)),
    ...comment(found.warnings.map((warning) => `WARNING: ${warning}`)),
    ...section(runFileJsonSchema(), "", { known, ofKind: { ...KIND_DEFAULTS[found.kind.kind] } }),
    "",
  ].join("\n");
  parseRunFile(text, options.runFile, []);
  return { found, text };
}

/** What is seen in a folder, and the keys' values that follow. */
async function lookAt(given: string, options: InitOptions) {
  if (options.name !== undefined) checkName(options.name);
  const folder = dirname(resolve(options.runFile));
  const dataPath = dataPathFrom(process.cwd(), given);
  const store = isBucketUrl(dataPath) ? await options.openStore?.() : undefined;
  const buckets = store === undefined ? undefined : bucketReader(store);
  const found = await describeFolder(dataPath, buckets, options);
  const known = {
    name: options.name ?? found.name,
    "data.path": isBucketUrl(dataPath) ? dataPath : pathFrom(folder, dataPath),
    ...(options.folders === undefined ? {} : { "data.folders": options.folders }),
    ...(options.outside === undefined ? {} : { "data.outside": options.outside }),
    "augment.kind": found.kind.kind,
  };
  return { found, known, schema: pathFrom(folder, SCHEMA_FILE) };
}

/** Before the run file, which nobody has written, is said to be wrong. */
function checkName(name: string): void {
  const [issue] = runFileSchema.shape.name.safeParse(name).error?.issues ?? [];
  if (issue === undefined) return;
  throw new ThawError("USAGE", `no model can be called "${name}": ${issue.message}`, {
    hint: "give another one with --name",
  });
}

function classLines({ classes }: FolderDescription): readonly string[] {
  const shown = classes.slice(0, MOST_LISTED);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const more = classes.length - shown.length;
  return [
    // A control character in a folder's name would end the comment.
    ...shown.map(({ name, images }) => `  ${visible(name).padEnd(width)}  ${images}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function notes({ ignored, ignoredWhy: [first], splits, kind }: FolderDescription): readonly string[] {
  return [
    `augment.kind is ${kind.kind}: ${kind.reason}. Change it if that is wrong.`,
    ...(first === undefined
      ? []
      : [
          `${ignored} ${ignored === 1 ? "file or folder was" : "files or folders were"} passed over ` +
            visible(`(${first.example}: ${first.reason}).`),
        ]),
    ...(splits === undefined ? [] : [splits]),
  ];
}

interface Values {
  /** Values by the keys' paths that are known better than the schema's defaults. */
  readonly known: Readonly<Record<string, string>>;
  /** Values of the keys of `augment` that have no default of their own. */
  readonly ofKind: Readonly<Record<string, unknown>>;
}

/**
 * The keys of a section, each under a comment with its meaning and limits. What another key decides unless it is
 * given stands there as a comment, so that changing that other key is enough.
 */
function section(node: SchemaNode, prefix: string, values: Values): string[] {
  const isTop = prefix === "";
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const lines =
      child.properties !== undefined && hasDefaults(child)
        ? [...comment([child.description ?? key]), `${key}:`, ...section(child, `${path}.`, values)]
        : [
            ...comment([meaningOf(child)]),
            line(key, values.known[path] ?? child.default, values.ofKind[key]),
          ];
    return isTop ? ["", ...lines] : lines.map((line) => `  ${line}`);
  });
}

/** A section that is usually left out is named, and its keys are: its schema describes them in editors. */
function hasDefaults(node: SchemaNode): boolean {
  return Object.values(node.properties ?? {}).some(
    (child) => child.default !== undefined || hasDefaults(child),
  );
}

function line(key: string, value: unknown, otherwise: unknown): string {
  if (value !== undefined) return `${key}: ${inline(value)}`;
  // What it is when left out, its meaning says.
  return otherwise === undefined ? `# ${key}:` : `# ${key}: ${inline(otherwise)}`;
}

function meaningOf(node: SchemaNode): string {
  const allowed = limits(node);
  return `${node.description ?? ""}${allowed === "" ? "" : ` (${allowed})`}`;
}

/** A value that stays on its line, whatever it holds. */
function inline(value: unknown): string {
  return stringify(value, {
    blockQuote: false,
    collectionStyle: "flow",
    flowCollectionPadding: false,
    lineWidth: 0,
  }).trimEnd();
}

function comment(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${line}`.trimEnd());
}

/** With forward slashes, which all systems understand. */
function pathFrom(folder: string, path: string): string {
  return relative(folder, resolve(path)).split(sep).join("/") || ".";
}
