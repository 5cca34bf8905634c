/** What the licences of a run file's bases keep people from, said before a run starts. */
import { licenceSentence } from "../../spec/licence.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { withBases } from "./ofFile.js";

/**
 * @returns a sentence for each base of which there is something to say; those of thaw's own have free licences
 * @throws ThawError as of {@link withBases}
 */
export async function licenceSentences(store: Store, file: RunFile): Promise<readonly string[]> {
  const { base, candidates = {} } = await withBases(store, file);
  const named = [...(base === undefined ? [] : [base]), ...Object.values(candidates)];
  return named.flatMap(({ name, origin }) => licenceSentence(name, origin.licence) ?? []);
}
