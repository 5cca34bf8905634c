/** What should be known of a run file's bases before a run starts: what their licences keep people from, and what is wrong with old ones. */
import type { BaseSpec } from "../../spec/base.js";
import { licenceSentence } from "../../spec/licence.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { withBases } from "./ofFile.js";
import { outdatedSentence } from "./outdated.js";

/**
 * @returns a sentence for each thing that there is to say; those of thaw's own have free licences and are never outdated
 * @throws ThawError as of {@link withBases}
 */
export async function baseConcerns(store: Store, file: RunFile): Promise<readonly string[]> {
  const { base, candidates = {} } = await withBases(store, file);
  return [...(base === undefined ? [] : [base]), ...Object.values(candidates)].flatMap(concernsOf);
}

/** What is said of one. Of a model's own base nothing can be mended any more. */
export function concernsOf(base: BaseSpec): readonly string[] {
  const { name, origin, lineage } = base;
  const outdated = lineage.length > 0 ? undefined : outdatedSentence(name, base);
  return [licenceSentence(name, origin.licence), outdated].filter((sentence) => sentence !== undefined);
}
