/**
 * Weights as safetensors files: an 8-byte little-endian length, a JSON header with name, type, shape and
 * byte range of each tensor, then the raw data (format of the `safetensors` library). Written as float32.
 */
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { ThawError } from "../spec/errors.js";
import { ELEMENT_TYPES } from "./import/elements.js";
import { nameFault } from "./import/names.js";
import { readWhole } from "./import/wholeFile.js";
import { type Parameter, type Parameters, sizeOf } from "./network/parameters.js";

const entrySchema = z.object({
  dtype: z.enum(Object.keys(ELEMENT_TYPES) as (keyof typeof ELEMENT_TYPES)[]),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

const metadataSchema = z.record(z.string(), z.string());

/**
 * About 100 bytes a tensor, and the topology of a layers model: a hundred times what any needs. The format's own library
 * takes 100 MB, which can be a gigabyte of empty lists.
 */
const MOST_HEADER = 8 * 2 ** 20;

/** Headers are padded with spaces to this, so that the data can be mapped as float32. */
const ALIGNMENT = 8;
const BYTES_PER_VALUE = 4;

/** Texts that travel with the tensors, by name: the format's `__metadata__`. */
export type Metadata = Readonly<Record<string, string>>;

/** Writes the parameters, sorted by name: equal parameters give equal bytes. */
export async function writeSafetensors(
  path: string,
  parameters: Parameters,
  metadata?: Metadata,
): Promise<void> {
  await writeFile(path, safetensorsBytes(parameters, metadata));
}

/** What {@link writeSafetensors} writes. The data of a parameter are asked for once, as their place is filled. */
export function safetensorsBytes(parameters: Parameters, metadata?: Metadata): Buffer {
  const entries = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  // Without a prototype: a tensor may have any name.
  const header: Record<string, unknown> = Object.create(null);
  if (metadata !== undefined) header.__metadata__ = metadata;
  let size = 0;
  for (const [name, { shape }] of entries) {
    const end = size + BYTES_PER_VALUE * sizeOf(shape);
    header[name] = { dtype: "F32", shape, data_offsets: [size, end] };
    size = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const start = ALIGNMENT * Math.ceil((8 + text.length) / ALIGNMENT);
  const bytes = Buffer.allocUnsafe(start + size).fill(" ", 0, start);
  bytes.writeBigUInt64LE(BigInt(start - 8));
  text.copy(bytes, 8);
  let at = start;
  for (const [name, parameter] of entries) {
    const { data } = parameter;
    if (data.length !== sizeOf(parameter.shape))
      throw new Error(`${name} has ${data.length} values, not those of its shape`);
    at += Buffer.from(data.buffer, data.byteOffset, data.byteLength).copy(bytes, at);
  }
  return bytes;
}

/**
 * Reads tensors of any supported type as float32.
 * @throws ThawError DATA_INVALID when the file is damaged or holds tensors of another type
 */
export async function readSafetensors(path: string): Promise<Parameters> {
  return (await readSafetensorsFile(path)).parameters;
}

export interface SafetensorsFile {
  readonly parameters: Parameters;
  readonly metadata: Metadata;
  /** Of the tensors whose numbers are no float32 in the file: what they are, for people. */
  readonly types: ReadonlyMap<string, string>;
}

/** The same with the texts that travel with them. */
export async function readSafetensorsFile(path: string): Promise<SafetensorsFile> {
  const invalid = (what: string): ThawError =>
    new ThawError("DATA_INVALID", `${path} is not a safetensors file of weights: ${what}`);
  const file = await readWhole(path, invalid);
  if (file.length < 8) throw invalid("it is too short");
  const length = Number(file.readBigUInt64LE(0));
  const start = 8 + length;
  if (start > file.length) throw invalid("it is truncated");
  if (length > MOST_HEADER) throw invalid(`its header has more than ${MOST_HEADER / 2 ** 20} MiB`);
  const { __metadata__: texts = {}, ...listed } = parsedHeader(file.toString("utf8", 8, start), invalid);
  const metadata = metadataSchema.safeParse(texts);
  const entries = Object.entries(listed).map(([name, value]) => entryOf(name, value, invalid));
  checkRanges(entries, file.length - start, invalid);
  const parameters = new Map(
    entries.map(({ name, dtype, shape, data_offsets: [from, to] }): [string, Parameter] => [
      name,
      { shape, data: ELEMENT_TYPES[dtype].read(file.subarray(start + from, start + to)) },
    ]),
  );
  const others = entries.filter(({ dtype }) => dtype !== "F32");
  const types = new Map(others.map(({ name, dtype }) => [name, ELEMENT_TYPES[dtype].label]));
  return { parameters, metadata: metadata.data ?? {}, types };
}

type Invalid = (what: string) => ThawError;
type Entry = z.output<typeof entrySchema> & { readonly name: string };

function parsedHeader(text: string, invalid: Invalid): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid("its header is no JSON");
  }
  if (typeof json === "object" && json !== null) return json as Record<string, unknown>;
  throw invalid("its header is no object");
}

function entryOf(name: string, value: unknown, invalid: Invalid): Entry {
  const fault = nameFault(name);
  if (fault !== undefined) throw invalid(fault);
  const { data } = entrySchema.safeParse(value);
  if (data === undefined) throw invalid("its header lists something else than tensors of numbers");
  const [from, to] = data.data_offsets;
  if (to - from !== ELEMENT_TYPES[data.dtype].bytes * sizeOf(data.shape))
    throw invalid(`${name} is cut short`);
  return { ...data, name };
}

/**
 * As the format wants it: one after another, without holes. Ranges that lie over each other could make gigabytes out
 * of a megabyte, and a name that the header has twice leaves a hole where its first tensor lies.
 */
function checkRanges(entries: readonly Entry[], size: number, invalid: Invalid): void {
  const ranges = entries.map(({ name, data_offsets: [from, to] }) => ({ name, from, to }));
  let end = 0;
  for (const { name, from, to } of ranges.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (to > size) throw invalid(`${name} is cut short`);
    if (from !== end) throw invalid(`${name} does not begin where the tensor before it ends`);
    end = to;
  }
  if (end !== size) throw invalid("it has bytes that belong to no tensor");
}
