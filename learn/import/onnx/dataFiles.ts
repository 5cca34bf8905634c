/** ONNX files whose numbers lie in others beside them (external data), as PyTorch writes them since 2.9. */
import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import type { ThawError } from "../../../spec/errors.js";
import { shown } from "../names.js";
import { MOST_BYTES, readWhole } from "../wholeFile.js";
import { type OnnxGraph, onnxGraph } from "./graph.js";
import { AS_ONE } from "./tensors.js";

type Invalid = (what: string, hint?: string) => ThawError;

/** Where the files of the graph's numbers are on this machine, by the graph's names for them. */
export type DataPaths = ReadonlyMap<string, string>;

export interface WholeGraph {
  readonly graph: OnnxGraph;
  /** Of all its files. */
  readonly bytes: number;
}

/** Writers that make a file of each weight have some hundreds of them. */
const MOST_FILES = 4096;
/** As file systems have them. */
const LONGEST = 1024;

/**
 * The graph with all its numbers in reach; of 2 GiB at most in all.
 * @param paths where its other files are; beside it when left out, and nowhere else
 * @throws ThawError by `invalid` for a file that is missing, too large, none or outside of the graph's folder
 */
export async function readGraph(path: string, invalid: Invalid, paths?: DataPaths): Promise<WholeGraph> {
  const file = await readWhole(path, invalid);
  const graph = onnxGraph(file, invalid);
  let bytes = file.length;
  for (const name of namesOf(graph, invalid)) {
    const found = paths === undefined ? await beside(path, name, invalid) : paths.get(name);
    if (found === undefined) throw missing(name, invalid);
    const wrong = (what: string): ThawError =>
      invalid(`${shown(name)}, where its numbers are: ${what}`, AS_ONE);
    const data = await readWhole(found, wrong, MOST_BYTES - bytes);
    bytes += data.length;
    graph.elsewhere.set(name, data);
  }
  return { graph, bytes };
}

/** The other files that a graph has its numbers in, relative to its own folder. @throws ThawError as {@link readGraph} */
export async function dataFilesOf(path: string, invalid: Invalid): Promise<readonly string[]> {
  return namesOf(onnxGraph(await readWhole(path, invalid), invalid), invalid);
}

function namesOf({ elsewhere }: OnnxGraph, invalid: Invalid): readonly string[] {
  if (elsewhere.size > MOST_FILES)
    throw invalid(`its numbers are in ${elsewhere.size} files, more than ${MOST_FILES}`, AS_ONE);
  const names = [...elsewhere.keys()];
  const other = names.find((name) => !isInside(name));
  if (other !== undefined) throw outside(other, invalid);
  return names;
}

/** Names of files or of folders with files, downwards, which sentences can have. */
function isInside(name: string): boolean {
  if (name.length > LONGEST || isAbsolute(name)) return false;
  return name
    .split("/")
    .every((part) => !["", ".", ".."].includes(part) && !/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(part));
}

/** A cache of downloads has links to files that lie together: a link may lead to where the graph itself is, and nowhere else. */
async function beside(path: string, name: string, invalid: Invalid): Promise<string | undefined> {
  const found = await realpath(join(dirname(path), name)).catch(() => undefined);
  if (found === undefined) return undefined;
  const folders = [await realpath(dirname(path)), dirname(await realpath(path))];
  if (folders.some((folder) => isBelow(relative(folder, found)))) return found;
  throw outside(name, invalid);
}

const isBelow = (way: string): boolean => way.split(sep)[0] !== ".." && !isAbsolute(way);

const outside = (name: string, invalid: Invalid): ThawError =>
  invalid(`its numbers are in ${shown(name)}, which is not in the folder of the file`, AS_ONE);

const missing = (name: string, invalid: Invalid): ThawError =>
  invalid(
    `its numbers are in ${shown(name)}, which is not beside it`,
    `copy both files into one folder; or ${AS_ONE}`,
  );
