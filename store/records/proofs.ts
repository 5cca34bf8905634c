/** Proofs of a model, one after the other: each is a look at its evaluation images. */
import { ThawError } from "../../spec/errors.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { EvaluatedVersion, ModelProof } from "../../spec/records/proof.js";
import { modelProofSchema } from "../../spec/schemas/store/proof.js";
import { canonicalJson, sha256 } from "../artifacts/keys.js";
import type { Store } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecordOnce } from "../record.js";
import { readEvaluated } from "./evaluated.js";
import { answersName, findAnswers } from "./newestAnswers.js";
import { readModel } from "./records.js";

const folder = (model: string): string => `models/${model}/proofs/`;
const proofName = (model: string, seq: number): string =>
  `${folder(model)}${String(seq).padStart(6, "0")}.json`;

/** Numbers of the proofs that there are, ascending. */
async function numbersOf(store: Store, model: string): Promise<number[]> {
  const names = await listNames(store, folder(model));
  return names
    .map((name) => Number(/\/(\d{6})\.json$/.exec(name)?.[1]))
    .filter((seq) => Number.isInteger(seq))
    .sort((a, b) => a - b);
}

/** How an alias' decision names the proof that it stands on. */
export function proofRef(proof: ModelProof): { readonly record: string; readonly digest: string } {
  return { record: proofName(proof.model, proof.seq), digest: sha256(canonicalJson(proof)) };
}

/** Oldest first. @param damaged gets those that cannot be read @throws ThawError STORE_… */
export async function listProofs(
  store: Store,
  model: string,
  damaged: DamagedRecord[] = [],
): Promise<ModelProof[]> {
  return (await readProofs(store, model, damaged)).known;
}

async function readProofs(
  store: Store,
  model: string,
  damaged: DamagedRecord[],
): Promise<{ readonly known: ModelProof[]; readonly next: number }> {
  const numbers = await numbersOf(store, model);
  const read = numbers.map((seq) =>
    unlessDamaged(
      readRecord<ModelProof>(store, proofName(model, seq), {
        schema: modelProofSchema,
        what: `proof ${seq} of model ${model}`,
        remedy: "put it back from a copy; without it one look at the evaluation images is not counted",
        fault: (proof) =>
          proof.seq === seq && proof.model === model
            ? undefined
            : `it is proof ${proof.seq} of ${proof.model}`,
      }),
      damaged,
    ),
  );
  const known = (await Promise.all(read)).flatMap((proof) =>
    proof === undefined ? [] : [withoutSeal(proof)],
  );
  return { known, next: (numbers.at(-1) ?? 0) + 1 };
}

/** What a proof reads and writes of a model (`learn/proof/prove.ts`). */
export function proofRecords(store: Store, model: string) {
  return {
    /** @throws ThawError NOT_FOUND for a version that there is not, ARTIFACT_CORRUPT, STORE_… */
    evaluated: async (version: number): Promise<EvaluatedVersion> =>
      readEvaluated(store, await requireModel(store, model, version)),
    /** @throws ThawError as `evaluated` */
    newest: async (champion: number, challenger: number) => {
      const [asked, other] = await Promise.all(
        [champion, challenger].map((version) => requireModel(store, model, version)),
      );
      const record = answersName(asked as ModelVersion, other as ModelVersion);
      const found = await findAnswers(store, record, asked as ModelVersion);
      return found && { record, answers: found.answers };
    },
    /** Without those that cannot be read. */
    proofs: () => readProofs(store, model, []),
    add: async (proof: ModelProof): Promise<boolean> =>
      (await writeRecordOnce(store, proofName(model, proof.seq), proof)) !== undefined,
  };
}

/** @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT, STORE_… */
export async function requireModel(store: Store, name: string, version: number): Promise<ModelVersion> {
  const known = await readModel(store, name, version);
  if (known !== undefined) return known;
  throw new ThawError("NOT_FOUND", `there is no version ${version} of model ${name}`, {
    hint: `\`thaw models ${name}\` lists them`,
  });
}
