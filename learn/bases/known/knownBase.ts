/** A published checkpoint that thaw knows by name: where it lies and what it is. Nothing is fetched before it is asked for. */
import type { BaseOrigin, BaseView, PixelScale } from "../../../spec/base.js";

export interface KnownBase extends BaseOrigin {
  /** `PUBLISHER/NAME`, as on the command line. */
  readonly name: string;
  /** Where the file lies; absent where its publisher has no address that a program may ask. */
  readonly url?: string;
  /** Of thaw's, by name. */
  readonly architecture: string;
  /** Kind of images that it was pretrained on, in a word or two. */
  readonly domain: string;
  /** Classes of the pretraining; absent where it had none. */
  readonly classes?: number;
  /** SHA-256 of the file, or its first digits where its publisher tells no more; absent where nobody tells it. */
  readonly sha256?: string;
  /** What stands before the names of the tensors, where the file holds more than the network. */
  readonly prefix?: string;
  /** What follows is in place of the architecture's own. */
  readonly pixelScale?: PixelScale;
  readonly inputSize?: number;
  readonly view?: BaseView;
  readonly normEpsilon?: number;
  /** What a user should know of it before using it, as a sentence. */
  readonly note?: string;
  /** Where `url` is absent: how to come by the file, as the end of a hint. */
  readonly byHand?: string;
}

/** Names of bases are lower-case letters, digits and dashes, at most so many. */
const MOST_LETTERS = 40;

/** What run files call it where the user says nothing else: `timm/resnet50.a1_in1k` is `timm-resnet50-a1-in1k`. */
export function ownNameOf({ name }: Pick<KnownBase, "name">): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  if (plain.length <= MOST_LETTERS) return plain;
  // The end says which weights they are; of the beginning whole words are left out.
  const end = plain.slice(-MOST_LETTERS);
  return plain.at(-MOST_LETTERS - 1) === "-" ? end : end.slice(end.indexOf("-") + 1);
}
