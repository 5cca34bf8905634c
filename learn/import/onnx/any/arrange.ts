/**
 * Steps as a sequence of what an architecture is made of: units one after another, sums of two ways from the same image,
 * ways that are put one after the other. Every image that has several ways from it is where they meet again, or refused.
 */
import type { ThawError } from "../../../../spec/errors.js";
import { RESPONSES } from "./imageNorms.js";
import { isJoin, type JoinStep, type SingleStep, type Step, type StepIndex } from "./steps.js";

/** Ways from the image before it that meet. */
export interface Meeting {
  readonly step: JoinStep;
  readonly ways: readonly (readonly Item[])[];
}
export type Item = { readonly one: SingleStep } | Meeting;

export const isMeeting = (item: Item): item is Meeting => "ways" in item;

type Invalid = (what: string, hint?: string) => ThawError;

/** Deeper than any architecture is nested. */
const MOST_NESTED = 32;

/** @param feature the last step @throws ThawError by `invalid` for ways that part and meet otherwise */
export function arranged(all: readonly Step[], feature: StepIndex, invalid: Invalid): readonly Item[] {
  const steps = withEarlierJoins(all, feature);
  const dominators = dominatorsOf(steps, feature);
  const taken = new Set<StepIndex>();
  const between = (from: StepIndex, to: StepIndex, nested: number): readonly Item[] => {
    const items: Item[] = [];
    for (let at = to; at !== from; ) {
      const step = steps[at] as Step;
      if (taken.has(at))
        throw invalid(`what ${step.from} gives goes several ways that do not meet in one place`, SHAPES);
      taken.add(at);
      if (step.kind === "picture") throw invalid(`${step.from} is used in several places`);
      if (step.kind === "response-norm" && !step.isWhole)
        throw invalid(`${step.from}: it is no global response normalization`, RESPONSES);
      if (!isJoin(step)) {
        items.push({ one: step });
        at = step.input;
        continue;
      }
      const start = dominators[at] as StepIndex;
      items.push({ step, ways: waysOf(step, start, nested + 1) });
      at = start;
    }
    return items.reverse();
  };
  const waysOf = (step: JoinStep, start: StepIndex, nested: number): Meeting["ways"] => {
    if (nested > MOST_NESTED) throw invalid(`at ${step.from} ways are nested more than ${MOST_NESTED} times`);
    return runsOf(step, start, dominators).map(({ inputs, from }) => {
      const [only = start] = inputs;
      if (inputs.length === 1) return between(start, only, nested);
      const inner = { ...step, inputs, channels: channelsOf(steps, inputs) };
      // Of what every one of them is made of, some may be made of others, as in C2f.
      const ways = waysOf(inner, from, nested + 1);
      return [...between(start, from, nested), { step: inner, ways }];
    });
  };
  return between(0, feature, 0);
}

const channelsOf = (steps: readonly Step[], inputs: readonly StepIndex[]): number =>
  inputs.reduce((sum, input) => sum + (steps[input] as Step).channels, 0);

interface Run {
  readonly inputs: readonly StepIndex[];
  /** Where all ways to them begin. */
  readonly from: StepIndex;
}

/**
 * PyTorch's exporter puts images together at once which the network puts together in two steps, as in the last blocks of
 * Inception-v3: `[a, b, c]` for `[[a, b], c]`. Neighbours that are made of one image above the start belong together.
 */
function runsOf(
  { kind, inputs }: JoinStep,
  start: StepIndex,
  dominators: readonly StepIndex[],
): readonly Run[] {
  const runs: Run[] = [];
  for (const input of inputs) {
    const last = runs.at(-1);
    const from = last === undefined ? start : meetingOf(dominators, last.from, input);
    if (last === undefined || kind !== "concat" || from <= start) runs.push({ inputs: [input], from: input });
    else runs[runs.length - 1] = { inputs: [...last.inputs, input], from };
  }
  return runs;
}

const SHAPES =
  "thaw takes networks of which every part begins and ends in one image, as residual and dense blocks do";

/**
 * For each step the last one that every way to it passes (Cooper, Harvey & Kennedy, "A simple, fast dominance
 * algorithm", 2001; steps are in order already).
 */
function dominatorsOf(steps: readonly Step[], feature: StepIndex): readonly StepIndex[] {
  const found: StepIndex[] = [];
  for (let at = 0; at <= feature; at++) {
    const step = steps[at] as Step;
    if (step.kind === "picture") found.push(0);
    else if (!isJoin(step)) found.push(step.input);
    else found.push(step.inputs.reduce((a, b) => meetingOf(found, a, b)));
  }
  return found;
}

function meetingOf(dominators: readonly StepIndex[], a: StepIndex, b: StepIndex): StepIndex {
  let [one, other] = [a, b];
  while (one !== other) {
    if (one > other) one = dominators[one] ?? 0;
    else other = dominators[other] ?? 0;
  }
  return one;
}

interface Joined {
  readonly next: Map<StepIndex, Joined>;
  step?: StepIndex;
}

/**
 * Dense blocks put together all images so far, again and again: `[a, b, c]` is `[[a, b], c]` where `[a, b]` was put
 * together before.
 */
function withEarlierJoins(steps: readonly Step[], feature: StepIndex): readonly Step[] {
  const root: Joined = { next: new Map() };
  return steps.slice(0, feature + 1).map((step, index) => {
    if (step.kind !== "concat") return step;
    let at = root;
    let best: { readonly step: StepIndex; readonly length: number } | undefined;
    step.inputs.forEach((input, i) => {
      const next: Joined = at.next.get(input) ?? { next: new Map() };
      at.next.set(input, next);
      at = next;
      if (at.step !== undefined && i < step.inputs.length - 1) best = { step: at.step, length: i + 1 };
    });
    at.step ??= index;
    return best === undefined ? step : { ...step, inputs: [best.step, ...step.inputs.slice(best.length)] };
  });
}
