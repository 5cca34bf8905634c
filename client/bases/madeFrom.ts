/** What a registered version was made from, as its record says it: the base, and the file that its weights lie in. */
import { CATALOGUE } from "../../learn/bases/catalogue.js";
import type { ModelVersion } from "../../spec/records/model.js";

export interface MadeFrom {
  /** With its version where it has one: `efficientnet-lite0`, `radiographs@1`, `model:digits@3`. */
  readonly base: string;
  /** SHA-256 of the checkpoint file that is at the bottom of it; absent where nobody knows it any more. */
  readonly checkpoint?: string;
}

export function madeFrom({ base, baseSpec }: Pick<ModelVersion, "base" | "baseSpec">): MadeFrom {
  const name = baseSpec?.architecture ?? base;
  const checkpoint = baseSpec?.checkpoint?.digest ?? CATALOGUE.find((one) => one.name === name)?.sha256;
  return { base: baseSpec?.name ?? base, ...(checkpoint === undefined ? {} : { checkpoint }) };
}
