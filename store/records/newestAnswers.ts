/** What a version answers to images that a newer one held out and it has never seen: one record for each two of them. */
import { baseIdentity } from "../../spec/base.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { NewestAnswers } from "../../spec/records/proof.js";
import { newestAnswersSchema } from "../../spec/schemas/store/proof.js";
import { canonicalJson, sha256 } from "../artifacts/keys.js";
import type { Store } from "../connection/connection.js";
import { readRecord, withoutSeal, writeRecordOnce } from "../record.js";

/** Raised when the same versions would give another record. */
const ANSWERS_VERSION = 1;

/**
 * Another engine rounds otherwise, which changes no answer that means anything: it is in no key, so that whoever proves finds them.
 * @param asked the version whose answers they are
 * @param other the version that held the images out
 */
export function answersName(asked: ModelVersion, other: ModelVersion): string {
  const key = {
    version: ANSWERS_VERSION,
    weights: asked.weights.digest,
    base: baseIdentity(asked.base, asked.baseSpec),
    known: asked.artifacts.ingest?.digest ?? null,
    images: other.artifacts.ingest?.digest ?? null,
    tested: other.artifacts.evaluate?.digest ?? null,
  };
  return `models/${asked.name}/answers/${sha256(canonicalJson(key))}.json`;
}

/** @returns undefined where the version was not asked @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function findAnswers(
  store: Store,
  record: string,
  { name, version }: Pick<ModelVersion, "name" | "version">,
): Promise<NewestAnswers | undefined> {
  const found = await readRecord<NewestAnswers>(store, record, {
    schema: newestAnswersSchema,
    what: `the record of what ${name}@${version} answers to the newest images`,
    remedy: "put it back from a copy, or remove it: the next retraining asks again",
    fault: (answers) =>
      answers.model === name && answers.version === version
        ? undefined
        : `it is of ${answers.model}@${answers.version}`,
  });
  return found === undefined ? undefined : withoutSeal(found);
}

/** Of two at once one is written: they say the same. @throws ThawError STORE_… */
export async function keepAnswers(store: Store, record: string, answers: NewestAnswers): Promise<void> {
  await writeRecordOnce(store, record, answers);
}
