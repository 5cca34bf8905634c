/**
 * Reads HDF5 files as frameworks write weights into them: groups, datasets of floating-point numbers in one piece or in
 * chunks, and short texts as attributes. Nothing of the file leads out of it, every node counts against a budget, numbers
 * that lie over each other are more than the file holds, and compressed ones have a bound of their own.
 *
 * A reader of our own, of a part of the format, as of pickles: a general library follows links into other files, runs
 * filters of whoever asks, and is bounded by nothing.
 */
import type { ThawError } from "../../../spec/errors.js";
import { sizeOf } from "../../network/parameters.js";
import { budgetOf, COSTS } from "../budget.js";
import { nameFault } from "../names.js";
import type { CheckpointTensor } from "../tensorViews.js";
import { addressAt, type Bytes, bytesOf, DEEPEST } from "./bytes.js";
import { inflatedSize, readChunks } from "./chunks.js";
import { attributeOf, type Dataset, datasetOf } from "./datasets.js";
import { membersOf } from "./groups.js";
import { MESSAGES, messagesAt, type OtherDataset } from "./header.js";

export interface H5Dataset {
  /** Names from the file's root on. */
  readonly path: readonly string[];
  readonly shape: readonly number[];
  /** What its numbers are in the file, for people. */
  readonly type: string;
}

export interface H5File {
  /** Those whose numbers can be read, in the order of the file. */
  readonly datasets: readonly H5Dataset[];
  /** The others, and why they cannot. */
  readonly faults: readonly { readonly path: readonly string[]; readonly fault: string }[];
  /** Paths of the groups, empty ones too. */
  readonly groups: readonly (readonly string[])[];
  /** Texts in the attributes `name` of groups, by the group's path, joined by slashes. */
  readonly names: ReadonlyMap<string, string>;
  /** @throws ThawError DATA_INVALID when all that was read is more than the file holds */
  read(dataset: H5Dataset): CheckpointTensor;
}

/**
 * Weights compress little: trained ones to nine tenths. What is all noughts or ones, as fresh norms and biases, is
 * small, and so are files that hold little else.
 */
const INFLATED = 8;
const INFLATED_AT_LEAST = 64 * 2 ** 20;

/** The attribute in which Keras keeps the name of a layer. */
const NAME = "name";

/** @param invalid makes the error for what is wrong @throws ThawError by `invalid` */
export function readHdf5(file: Buffer, invalid: (what: string, hint?: string) => ThawError): H5File {
  const bytes = bytesOf(file, budgetOf(file.length, invalid), invalid);
  const datasets = new Map<H5Dataset, Dataset>();
  const faults: { path: readonly string[]; fault: string }[] = [];
  const groups: (readonly string[])[] = [];
  const names = new Map<string, string>();
  // An object may have two names; then its first one counts, and nothing goes round in a circle.
  const seen = new Set<number>();
  const visit = (header: number, path: readonly string[]): void => {
    if (seen.has(header)) return;
    if (path.length > DEEPEST) throw invalid(`its groups lie more than ${DEEPEST} deep in one another`);
    seen.add(header);
    const messages = messagesAt(bytes, header);
    const members = membersOf(bytes, messages);
    if (members === undefined) {
      const found = datasetOf(bytes, messages);
      if (found !== undefined) add(path, found);
      return;
    }
    groups.push(path);
    for (const message of messages) {
      if (message.type !== MESSAGES.attribute) continue;
      const { name, text } = attributeOf(bytes, message);
      if (name === NAME && text !== undefined) names.set(path.join("/"), checked(text));
    }
    for (const [name, address] of members) {
      bytes.spend(COSTS.list + COSTS.entry * path.length);
      visit(address, [...path, checked(name)]);
    }
  };
  const add = (path: readonly string[], found: Dataset | OtherDataset): void => {
    if ("fault" in found) faults.push({ path, fault: found.fault });
    else datasets.set({ path, shape: found.shape, type: found.type.label }, found);
  };
  const checked = (name: string): string => {
    const fault = nameFault(name);
    if (fault !== undefined) throw invalid(fault);
    return name;
  };
  visit(rootOf(bytes), []);
  let left = file.length;
  let inflatable = INFLATED_AT_LEAST + INFLATED * file.length;
  const counted = new Set<H5Dataset>();
  return {
    datasets: [...datasets.keys()],
    faults,
    groups,
    names,
    read: (dataset) => {
      const { shape, type, place } = datasets.get(dataset) ?? faultOfCaller();
      const isNew = !counted.has(dataset);
      counted.add(dataset);
      if (typeof place !== "number") {
        if (isNew) inflatable -= inflatedSize(shape, place, type.bytes);
        if (!(inflatable >= 0)) throw invalid("its datasets inflate to more than weights do");
        const named: Bytes = {
          ...bytes,
          invalid: (what, hint) => invalid(`${what} (dataset ${dataset.path.join("/")})`, hint),
        };
        return { shape, data: type.read(readChunks(named, place, { shape, element: type.bytes })) };
      }
      const size = sizeOf(shape) * type.bytes;
      if (isNew) left -= size;
      if (left < 0) throw invalid("its datasets lie over each other, and are more than the file holds");
      return { shape, data: type.read(bytes.slice(place, size)) };
    },
  };
}

function faultOfCaller(): never {
  throw new Error("the dataset is of another file");
}

/** Bytes before the superblock's version; a file that begins with anything else is none of a framework's. */
const SIGNATURE = 8;

/** @returns address of the root group's header */
function rootOf(bytes: Bytes): number {
  const version = bytes.u8(SIGNATURE);
  const isOld = version < 2;
  const sizes = isOld ? [bytes.u8(13), bytes.u8(14)] : [bytes.u8(9), bytes.u8(10)];
  if (version > 3) throw bytes.invalid(`it is of version ${version} of the format`);
  if (sizes.some((size) => size !== 8))
    throw bytes.invalid("its addresses have another size than eight bytes");
  const base = bytes.u64(isOld ? (version === 1 ? 28 : 24) : 12);
  if (base !== 0) throw bytes.invalid("something stands before its beginning");
  // The old ones have an entry of a symbol table there, whose second part is the address.
  return addressAt(bytes, isOld ? (version === 1 ? 28 : 24) + 40 : 36);
}
