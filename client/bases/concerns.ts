/** What should be known of a run file's bases before a run starts: what their licences keep people from, and what is wrong with old ones. */
import type { BaseSpec } from "../../spec/base.js";
import { licenceSentence } from "../../spec/licence.js";
import { basesOf } from "../../spec/pipeline/candidates.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { inUseBeside } from "../models/inUse.js";
import { resolveModel } from "../models/reference.js";
import { withBases } from "./ofFile.js";
import { outdatedSentence } from "./outdated.js";

/**
 * @returns a sentence for each thing that there is to say; those of thaw's own have free licences and are never outdated
 * @throws ThawError as of {@link withBases}
 */
export async function baseConcerns(store: Store, file: RunFile): Promise<readonly string[]> {
  const { base, candidates = {} } = await withBases(store, file);
  const found = [...(base === undefined ? [] : [base]), ...Object.values(candidates)].flatMap(concernsOf);
  return [...found, ...(await newestNotInUse(store, file))];
}

/** A model without a version is its newest one, which need not be the one that people use. */
async function newestNotInUse(store: Store, file: RunFile): Promise<readonly string[]> {
  const models = basesOf(file).flatMap((name) => /^model:([^@]+)$/.exec(name)?.[1] ?? []);
  const said = models.map(async (name) => {
    const { version } = await resolveModel(store, name);
    const inUse = await inUseBeside(store, name, { name, version });
    return inUse === undefined
      ? []
      : [
          `model:${name} is version ${version}, the newest; version ${inUse} is in use: model:${name}@champion names it.`,
        ];
  });
  return (await Promise.all(said)).flat();
}

/** What is said of one. Of a model's own base nothing can be mended any more. */
export function concernsOf(base: BaseSpec): readonly string[] {
  const { name, origin, lineage } = base;
  const outdated = lineage.length > 0 ? undefined : outdatedSentence(name, base);
  return [licenceSentence(name, origin.licence), outdated].filter((sentence) => sentence !== undefined);
}
