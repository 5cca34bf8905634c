/** How deep a retraining trains: one table of rules, the first match wins. */
import type { RunInput } from "../pipeline/run.js";
import type { DriftVerdict } from "../records/drift.js";
import type { ModelSpec } from "../runFile/model.js";
import { counted, named, percent } from "../warnings/words.js";
import type { Refused } from "./approval.js";
import type {
  ChampionFacts,
  ChampionStart,
  DepthDecision,
  DepthFacts,
  RunDepth,
  TrainingDepth,
} from "./depthDecision.js";
import type { RetrainReason } from "./retraining.js";
import { DEPTH } from "./terms.js";

/** What the rules look at. */
export interface DepthSituation {
  /** The run file's `model.depth`. */
  readonly asked: ModelSpec["depth"];
  readonly reasons: readonly RetrainReason[];
  /** Absent where no version is in use. */
  readonly facts?: DepthFacts;
  /** Absent where nothing was compared, or it could not be told. */
  readonly drift?: DriftVerdict;
}

interface Rule {
  readonly name: string;
  readonly when: (situation: Readable) => boolean;
  readonly depth: TrainingDepth;
  readonly reason: (situation: Readable) => string;
}

/** A situation in which there is a version to start from. */
type Readable = Pick<DepthSituation, "reasons" | "drift"> & { readonly facts: ChampionFacts };

/**
 * Where one depth ends and the next begins. Provisional: no measurement stands behind them, and none of them can put a bad
 * version to use, because each is held against the one in use on images that neither has learned from.
 * - Shares are of the images now: a head has few weights to fit, so a fifth may be new to the layers below it; with more new
 *   images than known ones what the champion learned is the smaller part of the evidence.
 * - Counts and days bound how far a model may wander from its base without being trained from it.
 */
export const MOST_FRESH_FOR_HEAD = 0.2;
export const MOST_FRESH_FOR_CHAMPION = 0.5;
export const MOST_HEADS = 5;
export const MOST_GENERATIONS = 10;
export const MOST_DAYS_SINCE_FULL = 90;

const RULES: readonly Rule[] = [
  {
    name: "another base",
    when: ({ facts }) => !facts.sameBase,
    depth: "full",
    reason: ({ facts }) =>
      `version ${facts.champion} was made from the base ${facts.base}, and the run file has another one`,
  },
  {
    name: "other values or code",
    when: ({ reasons }) => reasons.includes("settings") || reasons.includes("code"),
    depth: "full",
    reason: ({ reasons, facts }) =>
      `${reasons.includes("settings") ? "the run file has other values" : "this version of thaw trains in another way"}, and version ${facts.champion} was trained without them`,
  },
  {
    name: "no other images",
    when: ({ reasons }) => !reasons.includes("data"),
    depth: "full",
    reason: () => "the images are those of before, so nothing says that less would do",
  },
  {
    name: "images taken back",
    when: ({ facts }) => facts.tuned && facts.forgotten > 0,
    depth: "full",
    reason: ({ facts }) =>
      `the tuned layers of version ${facts.champion} have learned from ${images(facts.forgotten)} that ${facts.forgotten === 1 ? "is gone or has" : "are gone or have"} another label`,
  },
  {
    name: "a class that is gone",
    when: ({ facts }) => facts.gone.length > 0,
    depth: "full",
    reason: ({ facts }) =>
      `${classes(facts.gone)}, which version ${facts.deeper} learned, ${facts.gone.length === 1 ? "is" : "are"} gone`,
  },
  {
    name: "mostly new images",
    when: ({ facts }) => freshShare(facts) > MOST_FRESH_FOR_CHAMPION,
    depth: "full",
    reason: ({ facts }) => `${freshText(facts)}, more than ${percent(MOST_FRESH_FOR_CHAMPION)}`,
  },
  {
    name: "long since the last full training",
    when: ({ facts: { generations, full } }) =>
      generations >= MOST_GENERATIONS || (full !== undefined && full.ageDays >= MOST_DAYS_SINCE_FULL),
    depth: "full",
    reason: ({ facts: { generations, full } }) =>
      full === undefined
        ? `${versions(generations)} came of one another, and no full training is known`
        : `the last full training, version ${full.version}, is ${full.ageDays} days and ${versions(generations)} old`,
  },
  {
    name: "a class that appears",
    when: ({ facts }) => facts.appeared.length > 0,
    depth: "from-champion",
    reason: ({ facts }) =>
      `${classes(facts.appeared)} ${facts.appeared.length === 1 ? "is" : "are"} new since version ${facts.deeper}, whose layers were not trained to tell ${facts.appeared.length === 1 ? "it" : "them"}`,
  },
  {
    name: "images that look different",
    when: ({ drift }) => drift === "different" || drift === "may-hurt",
    depth: "from-champion",
    reason: ({ drift, facts }) =>
      `the new images differ from those that version ${facts.champion} was evaluated on (drift: ${drift})`,
  },
  {
    name: "many new images",
    when: ({ facts }) => freshShare(facts) > MOST_FRESH_FOR_HEAD,
    depth: "from-champion",
    reason: ({ facts }) => `${freshText(facts)}, more than ${percent(MOST_FRESH_FOR_HEAD)}`,
  },
  {
    name: "many heads since",
    when: ({ facts }) => facts.heads >= MOST_HEADS,
    depth: "from-champion",
    reason: ({ facts }) =>
      `of ${facts.heads} versions since version ${facts.deeper} only the head was trained, and ${MOST_HEADS} are the most`,
  },
  {
    name: "few new images",
    when: () => true,
    depth: "head",
    reason: ({ facts, drift }) =>
      `${freshText(facts)}, ${percent(MOST_FRESH_FOR_HEAD)} at most, of classes that are known${drift === "same" ? ", and no difference to those of before is proven" : ""}`,
  },
];

/** The first rule that matches; what the run file asks for and what is possible at all come before the table. */
export function decideDepth(situation: DepthSituation): RunDepth {
  const { asked, reasons, facts, drift } = situation;
  const evidence = {
    ...{ asked, reasons },
    ...(drift === undefined ? {} : { drift }),
    ...(facts === undefined ? {} : { facts }),
  };
  return { ...decided(situation), evidence };
}

function decided({ asked, reasons, facts, drift }: DepthSituation): DepthDecision {
  if (asked === "full")
    return { depth: "full", rule: "asked: full", reason: "the run file asks for it (model.depth: full)" };
  if (facts === undefined)
    return {
      depth: "full",
      rule: "no version in use",
      reason: "no version is in use that it could start from",
    };
  if (isUnreadable(facts))
    return {
      depth: "full",
      rule: "a version that cannot be read",
      reason: `version ${facts.champion} can be no start: ${facts.unreadable}`,
    };
  if (asked !== "auto")
    return orFull(facts, {
      depth: asked,
      rule: `asked: ${asked}`,
      reason: `the run file asks for it (model.depth: ${asked})`,
    });
  const readable: Readable = { reasons, facts, ...(drift === undefined ? {} : { drift }) };
  const { name, depth, reason } = RULES.find(({ when }) => when(readable)) as Rule;
  return orFull(facts, { depth, rule: name, reason: reason(readable) });
}

/** Where no layer was tuned, the weights of the version in use are those of its base: the stages start there in any case. */
function orFull({ champion, base, tuned }: ChampionFacts, decision: DepthDecision): DepthDecision {
  if (decision.depth === "full") return decision;
  if (decision.depth === "from-champion" && !tuned)
    return {
      ...decision,
      depth: "full",
      reason: `${decision.reason}; version ${champion} has no tuned layers, so that its weights are those of the base ${base}`,
    };
  return { ...decision, champion };
}

/**
 * Why what the run file asks for cannot be meant: there are two ways to read it, and both are shown.
 * @returns undefined where it can
 */
export function refusedDepth(
  asked: ModelSpec["depth"],
  facts: DepthFacts | undefined,
  { name, base }: { readonly name: string; readonly base: string },
): Refused | undefined {
  if (asked === "auto" || asked === "full" || facts === undefined) return undefined;
  const label = `${name}@${facts.champion}`;
  if (isUnreadable(facts))
    return {
      message: `model.depth is ${asked}, and ${label}, which a retraining would start from, cannot be read: ${facts.unreadable}`,
      hint: `\`--set model.depth=full\` trains from the base ${base}; \`thaw promote\` or \`thaw rollback\` puts another version to use`,
    };
  if (facts.sameBase) return undefined;
  return {
    message: `model.depth is ${asked}, and ${label}, which is in use, was made from ${facts.base}, while the run file's base is ${base}`,
    hint: `\`--set model.depth=full\` trains from ${base}; a base of the run file that ${label} came of retrains that version`,
  };
}

const isUnreadable = (facts: DepthFacts): facts is Exclude<DepthFacts, ChampionFacts> =>
  "unreadable" in facts;

/** Whether a look has to find out what could be started from; a run file of an older client says nothing. */
export function asksForDepth({ depth = DEPTH }: Partial<Pick<ModelSpec, "depth">>): boolean {
  return depth !== "full";
}

/** The run that trains so deep. Its base is pinned: what an alias means then is no question any more. */
export function atDepth<Run extends Pick<RunInput, "file" | "base" | "candidates">>(
  run: Run,
  depth: RunDepth,
  start: ChampionStart | undefined,
): Run & Pick<RunInput, "depth"> {
  if (depth.champion === undefined || start === undefined) return { ...run, depth };
  const { base: _base, candidates: _candidates, ...rest } = run;
  const file = { ...run.file, base: start.name, bases: [] };
  return { ...(rest as Run), file, ...(start.spec === undefined ? {} : { base: start.spec }), depth };
}

/** Without its evidence, which is in the run's input and in its report. */
export function decisionOf({ evidence: _evidence, ...decision }: RunDepth): DepthDecision {
  return decision;
}

/** The depth as a person would say it. */
export const depthText = (decision: DepthDecision): string =>
  `trains ${depthWords(decision)}: ${decision.reason}`;

export function depthWords({ depth, champion }: Pick<DepthDecision, "depth" | "champion">): string {
  switch (depth) {
    case "full":
      return "in full";
    case "from-champion":
      return `on from the weights of version ${champion}`;
    case "head":
      return `the head only, on the base as version ${champion} has it`;
  }
}

const freshShare = ({ fresh, images: all }: ChampionFacts): number => (all === 0 ? 0 : fresh / all);
const freshText = (facts: ChampionFacts): string =>
  `${facts.fresh} of ${images(facts.images)} (${percent(freshShare(facts))}) ${facts.fresh === 1 ? "is" : "are"} new since version ${facts.deeper}`;
const images = (count: number): string => counted(count, "image");
const versions = (count: number): string => counted(count, "version");
const classes = (names: readonly string[]): string =>
  `${names.length === 1 ? "class" : "classes"} ${named(names)}`;
