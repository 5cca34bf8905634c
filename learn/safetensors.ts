/**
 * Weights as safetensors files: an 8-byte little-endian length, a JSON header with name, type, shape and
 * byte range of each tensor, then the raw data (format of the `safetensors` library). Written as float32.
 */
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { ThawError } from "../spec/errors.js";
import { ELEMENT_TYPES } from "./import/elements.js";
import { type Parameter, type Parameters, sizeOf } from "./network/parameters.js";

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.enum(Object.keys(ELEMENT_TYPES) as (keyof typeof ELEMENT_TYPES)[]),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

const metadataSchema = z.record(z.string(), z.string());

/** Headers are padded with spaces to this, so that the data can be mapped as float32. */
const ALIGNMENT = 8;

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

/** What {@link writeSafetensors} writes. */
export function safetensorsBytes(parameters: Parameters, metadata?: Metadata): Buffer {
  const entries = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of entries) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((ALIGNMENT - (text.length % ALIGNMENT)) % ALIGNMENT, " ");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length + padding.length));
  const bodies = entries.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([length, text, padding, ...bodies]);
}

/**
 * Reads tensors of any supported type as float32.
 * @throws ThawError DATA_INVALID when the file is damaged or holds tensors of another type
 */
export async function readSafetensors(path: string): Promise<Parameters> {
  return (await readSafetensorsFile(path)).parameters;
}

/** The same with the texts that travel with them. */
export async function readSafetensorsFile(
  path: string,
): Promise<{ readonly parameters: Parameters; readonly metadata: Metadata }> {
  const file = await readFile(path);
  const invalid = (what: string): ThawError =>
    new ThawError("DATA_INVALID", `${path} is not a safetensors file of weights: ${what}`);
  if (file.length < 8) throw invalid("it is too short");
  const length = Number(file.readBigUInt64LE(0));
  const start = 8 + length;
  if (start > file.length) throw invalid("it is truncated");
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(file.toString("utf8", 8, start)) as Record<string, unknown>;
  } catch {
    throw invalid("its header is no JSON");
  }
  const { __metadata__: texts = {}, ...rest } = json;
  const header = headerSchema.safeParse(rest);
  const metadata = metadataSchema.safeParse(texts);
  if (!header.success) throw invalid("its header lists something else than tensors of numbers");
  const parameters = new Map<string, Parameter>();
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(header.data)) {
    const [from, to] = range;
    const { bytes, read } = ELEMENT_TYPES[dtype];
    if (start + to > file.length || to - from !== bytes * sizeOf(shape))
      throw invalid(`${name} is cut short`);
    parameters.set(name, { shape, data: read(file.subarray(start + from, start + to)) });
  }
  return { parameters, metadata: metadata.data ?? {} };
}
