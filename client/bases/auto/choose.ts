/** Which of the bases that are at hand `bases: auto` compares: a pure function of what is known of them. */
import type { StaticCost } from "../../../learn/bases/cost.js";

/** A base that is at hand, or why it is not. */
export interface AtHand {
  /** As a run file names it, with its version: `efficientnet-lite0`, `xray@2`. */
  readonly name: string;
  /** Kind of images that it was pretrained on, and what else it is known by. */
  readonly about: string;
  /** Where its weights are, in words. */
  readonly where: string;
  /** Absent where nobody knows, as of layers models with layers that thaw does not know. */
  readonly cost?: StaticCost;
  /** The same for two names of one network. */
  readonly identity: string;
  /** Why it is out of the question, as a clause. */
  readonly obstacle?: string;
}

export interface AutoLimits {
  /** Of the machine or pod that computes, and how it is called: `this machine`. */
  readonly memoryBytes: number;
  readonly machine: string;
  /** Foreseen seconds to compute the features of all images with a base of so many multiply-adds. */
  readonly secondsOf: (multiplyAdds: number) => number;
  /** What the run file says of its images: its name, their folder, what the model is for. */
  readonly subject: string;
}

/** A name, and why it was taken or left out, as a clause. */
export interface Reasoned {
  readonly name: string;
  readonly why: string;
}

export interface AutoBases {
  /** In the order in which they are compared. */
  readonly taken: readonly Reasoned[];
  readonly leftOut: readonly Reasoned[];
}

/** Beyond four the comparison costs more than it decides: each is a pass over all images. */
export const MOST_TAKEN = 4;
/** All frozen passes together; the first base is taken whatever it costs, for a run needs one. */
export const MOST_SECONDS = 20 * 60;
/** TensorFlow and Node.js before any weights (`learn/engine.ts`), and the decoded pictures. */
const ENGINE_BYTES = 600e6;

/**
 * Those first whose name or pretraining shares a word with the subject, of these and of the others the cheapest; as many as
 * fit. Of two names of one network the first counts.
 */
export function chooseAuto(found: readonly AtHand[], limits: AutoLimits): AutoBases {
  const leftOut: Reasoned[] = [];
  const possible: (AtHand & { readonly cost: StaticCost; readonly shared: readonly string[] })[] = [];
  const names = new Map<string, string>();
  for (const base of found) {
    const { name, identity, cost } = base;
    const why = unfit(base, limits, names.get(identity));
    if (why !== undefined || cost === undefined) {
      leftOut.push({ name, why: why ?? UNKNOWN_COST });
      continue;
    }
    names.set(identity, name);
    possible.push({ ...base, cost, shared: sharedWords(`${name} ${base.about}`, limits.subject) });
  }
  const order = possible.toSorted(
    (a, b) =>
      Number(b.shared.length > 0) - Number(a.shared.length > 0) || a.cost.multiplyAdds - b.cost.multiplyAdds,
  );
  const taken: Reasoned[] = [];
  let spent = 0;
  for (const { name, where, cost, shared } of order) {
    const seconds = limits.secondsOf(cost.multiplyAdds);
    if (taken.length === MOST_TAKEN) {
      leftOut.push({
        name,
        why: `auto compares ${MOST_TAKEN} at most, those of your domain and the cheapest first`,
      });
    } else if (taken.length > 0 && spent + seconds > MOST_SECONDS) {
      leftOut.push({
        name,
        why: `the comparison would take longer than ${MOST_SECONDS / 60} min with its about ${minutes(seconds)} more`,
      });
    } else {
      spent += seconds;
      taken.push({
        name,
        why: shared.length === 0 ? where : `${where}, and its description says ${shared.join(", ")}`,
      });
    }
  }
  return { taken, leftOut };
}

const UNKNOWN_COST = "its cost is not known: name it in `bases`";

function unfit({ obstacle, cost }: AtHand, limits: AutoLimits, same: string | undefined): string | undefined {
  if (obstacle !== undefined) return obstacle;
  if (same !== undefined) return `it is the same network as ${same}`;
  if (cost === undefined) return UNKNOWN_COST;
  const needed = ENGINE_BYTES + cost.passBytes;
  if (needed <= limits.memoryBytes) return undefined;
  return `it needs ${gigabytes(needed)} of memory at least, and ${limits.machine} has ${gigabytes(limits.memoryBytes)}`;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
const minutes = (seconds: number): string => `${Math.max(1, Math.round(seconds / 60))} min`;

/** Too short to mean anything, or in everybody's names. */
const LEAST_LETTERS = 3;
const COMMON: ReadonlySet<string> = new Set(
  "and the for with from not stated images image photos photo photographs pictures data dataset set train test model models base then tuned tell classes apart million home work tmp users".split(
    " ",
  ),
);

function sharedWords(one: string, other: string): readonly string[] {
  const theirs = new Set(wordsOf(other));
  return [...new Set(wordsOf(one))].filter((word) => theirs.has(word));
}

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word.length >= LEAST_LETTERS && !COMMON.has(word));
