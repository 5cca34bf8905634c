/** A proof from two versions' answers and the proofs before it. */
import { groupImages } from "../../data/splits/groups.js";
import { ThawError } from "../../spec/errors.js";
import type {
  EvaluatedVersion,
  KnownImage,
  ModelProof,
  NewestAnswers,
  ProofPolicy,
} from "../../spec/records/proof.js";
import { judge } from "./judge.js";
import { type Newest, newestImages } from "./newest.js";
import type { PairedAnswer } from "./paired.js";

/** What a proof reads and writes, whoever keeps it. */
export interface ProofRecords {
  readonly evaluated: (version: number) => Promise<EvaluatedVersion>;
  /** What the champion answered to the challenger's newest images, and the record that says so; undefined where it was not asked. */
  readonly newest: (
    champion: number,
    challenger: number,
  ) => Promise<{ readonly record: string; readonly answers: NewestAnswers["answers"] } | undefined>;
  /** Of the model, oldest first; `next` is the number after the newest, also where that one cannot be read. */
  readonly proofs: () => Promise<{ readonly known: readonly ModelProof[]; readonly next: number }>;
  /** False where there is a proof of that number by now. */
  readonly add: (proof: ModelProof) => Promise<boolean>;
}

export interface ProofRequest {
  readonly model: string;
  readonly champion: number;
  readonly challenger: number;
  readonly policy: ProofPolicy;
}

/** Proofs that end at the same moment come one after the other: each counts the looks of those before it. */
const MOST_RACES = 20;

/**
 * Judges the challenger against the champion, and writes the proof down. The same question about the same images is
 * answered as it was before: it is no further look, so a repeated attempt changes nothing.
 * @param at ISO 8601
 * @throws ThawError STORE_UNREACHABLE where proof after proof is written meanwhile
 */
export async function proveChallenger(
  records: ProofRecords,
  { model, champion, challenger, policy }: ProofRequest,
  at: string,
): Promise<ModelProof> {
  const [before, after] = await Promise.all([records.evaluated(champion), records.evaluated(challenger)]);
  const { answers, images } = pairAnswers(before, after);
  const set = images.map((image) => image.slice(0, SHORT_DIGEST)).sort();
  const learned = countLearned(before, after);
  const newest = await newestOf(records, before, after);
  const question = JSON.stringify([policy, set, learned, newest?.answered?.record ?? null]);
  const circumstances = {
    ...{ learned, ...classesOf(before, after) },
    ...(newest === undefined ? {} : { newest }),
  };
  for (let race = 0; race < MOST_RACES; race++) {
    const { known: earlier, next } = await records.proofs();
    const known = earlier.find(
      (proof) =>
        proof.championVersion === champion &&
        proof.challengerVersion === challenger &&
        JSON.stringify([policyOf(proof), proof.set, proof.learned, proof.newest?.record ?? null]) ===
          question,
    );
    if (known !== undefined) return known;
    const looksBefore = earlier.filter((proof) => isLookAt(set, proof)).length;
    const proof: ModelProof = {
      ...{ seq: next, at, model, championVersion: champion, challengerVersion: challenger },
      ...{ policy, set, learned },
      ...judge(answers, policy, { ...circumstances, looksBefore }),
      ...(before.calibrationError === undefined || after.calibrationError === undefined
        ? {}
        : { calibration: { champion: before.calibrationError, challenger: after.calibrationError } }),
    };
    if (await records.add(proof)) return proof;
  }
  throw new ThawError("STORE_UNREACHABLE", `no proof of model ${model} could be written`, {
    hint: "many are made at once; try again",
  });
}

/** Undefined where no image is new. */
async function newestOf(
  records: ProofRecords,
  before: EvaluatedVersion,
  after: EvaluatedVersion,
): Promise<Newest | undefined> {
  const images = newestImages(before, after);
  if (images.length === 0) return undefined;
  const known = await records.newest(before.version, after.version);
  if (known === undefined) return { images: images.length };
  const predicted = new Map(known.answers.map((answer) => [answer.sha256, answer.predicted]));
  const answers = images.flatMap(({ sha256, label, group, isRight }): PairedAnswer[] => {
    const champion = predicted.get(sha256);
    return champion === undefined
      ? []
      : [{ label, group, champion: champion === label, challenger: isRight }];
  });
  return { images: images.length, answered: { record: known.record, answers } };
}

function classesOf(before: EvaluatedVersion, after: EvaluatedVersion): Pick<ModelProof, "gone" | "appeared"> {
  return {
    gone: before.classes.filter((name) => !after.classes.includes(name)),
    appeared: after.classes.filter((name) => !before.classes.includes(name)),
  };
}

/** Enough to tell a million images apart; whole digests would make long records. */
const SHORT_DIGEST = 16;

/** In the order in which a new one is made. */
const policyOf = ({ policy: { rule, margin, classMargin, level, looks } }: ModelProof): ProofPolicy => ({
  ...{ rule, margin, classMargin, level, looks },
});

/** A proof was a look at these images if half of them had a part in it; what proved nothing by too few images was none. */
function isLookAt(set: readonly string[], { set: other, verdict }: ModelProof): boolean {
  if (verdict === "leaks" || verdict === "looks-spent") return false;
  const known = new Set(other);
  return 2 * set.filter((image) => known.has(image)).length > set.length;
}

/** Images that both held out under the same label; of a file that is there several times, one. */
function pairAnswers(
  before: EvaluatedVersion,
  after: EvaluatedVersion,
): { readonly answers: readonly PairedAnswer[]; readonly images: readonly string[] } {
  const ofChampion = new Map(before.answers.map((answer) => [answer.sha256, answer]));
  const pairs = new Map<string, PairedAnswer>();
  for (const { sha256, label, group, isRight } of after.answers) {
    const other = ofChampion.get(sha256);
    if (other?.label !== label) continue;
    pairs.set(sha256, { label, group, champion: other.isRight, challenger: isRight });
  }
  return { answers: [...pairs.values()], images: [...pairs.keys()] };
}

/** Test images of the champion that the challenger learned from, as the same file or as a copy. */
function countLearned(before: EvaluatedVersion, after: EvaluatedVersion): number {
  const tested = before.answers;
  const all: readonly KnownImage[] = [...tested, ...after.learned];
  const { copies } = groupImages(
    all.map(({ sha256, phash }, index) => ({ path: String(index), sha256, phash })),
  );
  return copies
    .filter((members) => members.some((index) => index >= tested.length))
    .reduce((sum, members) => sum + members.filter((index) => index < tested.length).length, 0);
}
