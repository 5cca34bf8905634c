/** What reading one file may cost, so that a small file can ask neither for much memory nor for much time. */
import type { ThawError } from "../../spec/errors.js";

/** Says that some more bytes of memory are taken; throws when that is more than the file may ask for. */
export type Spend = (bytes: number) => void;

/**
 * Objects and memo entries of a state dict as PyTorch writes it take about 12 bytes for a byte of its pickle, by
 * {@link COSTS}; scripts of training add lists of figures, at up to 30.
 */
const PER_BYTE = 64;
/** Small files are mostly names of globals. */
const AT_LEAST = 16 * 2 ** 20;
/** Twenty-five thousand tensors as PyTorch writes them; a network of a thousand has five with its optimizer. */
const AT_MOST = 128 * 2 ** 20;

/** Estimated bytes in V8's heap, rounded up; every operation takes at least `entry`, which bounds their number too. */
export const COSTS = {
  /** On the stack, or in a list. */
  entry: 16,
  /** An empty list, with what the first item allocates. */
  list: 160,
  /** An empty dict. */
  dict: 256,
  /** A key with its value, in a dict or in the memo. */
  pair: 64,
  /** A global that is called, and what it gives. */
  call: 256,
  /** A text without its characters. */
  text: 32,
  /** Not every text is Latin. */
  character: 2,
} as const;

/** @param size bytes of the pickles, or of the file that they are in */
export function budgetOf(size: number, invalid: (what: string) => ThawError): Spend {
  const allowed = Math.min(AT_MOST, AT_LEAST + PER_BYTE * size);
  let spent = 0;
  return (bytes) => {
    spent += bytes;
    if (spent > allowed)
      throw invalid(`what it describes asks for more than ${Math.round(allowed / 2 ** 20)} MiB of memory`);
  };
}
