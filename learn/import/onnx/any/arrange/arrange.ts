/**
 * Steps as a sequence of what an architecture is made of: units one after another, sums of two ways from the same image,
 * ways that are put one after the other. Where ways part and meet otherwise, all images between two that everything passes.
 */
import type { ThawError } from "../../../../../spec/errors.js";
import { RESPONSES } from "../imageNorms.js";
import { isJoin, type JoinStep, type SingleStep, type Step, type StepIndex } from "../steps.js";
import { type Region, regionOf } from "./region.js";

/** Ways from the image before it that meet. */
export interface Meeting {
  readonly step: JoinStep;
  readonly ways: readonly (readonly Item[])[];
}
export type Item = { readonly one: SingleStep } | Meeting | Region;

export const isMeeting = (item: Item): item is Meeting => "ways" in item;
export const isRegion = (item: Item): item is Region => "images" in item;

type Invalid = (what: string, hint?: string) => ThawError;

/** Deeper than any architecture is nested. */
const MOST_NESTED = 32;

/** @param feature the last step @throws ThawError by `invalid` for a norm of responses that is none */
export function arranged(all: readonly Step[], feature: StepIndex, invalid: Invalid): readonly Item[] {
  const steps = withEarlierJoins(all, feature);
  const dominators = dominatorsOf(steps, feature);
  const taken = new Set<StepIndex>();
  const order: StepIndex[] = [];
  /** @returns whether nobody else has it */
  const take = (at: StepIndex): boolean => {
    const step = steps[at] as Step;
    if (step.kind === "response-norm" && !step.isWhole)
      throw invalid(`${step.from}: it is no global response normalization`, RESPONSES);
    if (taken.has(at)) return false;
    taken.add(at);
    order.push(at);
    return true;
  };
  /** What has been taken since there were so many is free again. */
  const giveBack = (count: number): void => {
    for (const at of order.splice(count)) taken.delete(at);
  };
  const between = (from: StepIndex, to: StepIndex, nested: number): readonly Item[] | undefined => {
    const items: Item[] = [];
    for (let at = to; at !== from; ) {
      const step = steps[at] as Step;
      if (step.kind === "picture") return undefined;
      if (!isJoin(step)) {
        if (!take(at)) return undefined;
        items.push({ one: step });
        at = step.input;
        continue;
      }
      const start = dominators[at] as StepIndex;
      const item = met(step, at, start, nested);
      if (item === undefined) return undefined;
      items.push(item);
      at = start;
    }
    return items.reverse();
  };
  /** Ways that meet in one place, or whatever lies between. */
  const met = (step: JoinStep, at: StepIndex, start: StepIndex, nested: number): Item | undefined => {
    const count = order.length;
    if (step.kind !== "multiply" && step.spread === undefined && take(at)) {
      const ways = waysOf(step, start, nested + 1);
      if (ways !== undefined) return { step, ways };
    }
    giveBack(count);
    const region = regionOf(steps, start, at);
    if (region.indices.every(take)) return region;
    giveBack(count);
    return undefined;
  };
  const waysOf = (step: JoinStep, start: StepIndex, nested: number): Meeting["ways"] | undefined => {
    if (nested > MOST_NESTED) return undefined;
    const ways: (readonly Item[])[] = [];
    for (const { inputs, from } of runsOf(step, start, dominators)) {
      const way = wayOf(step, inputs, from, start, nested);
      if (way === undefined) return undefined;
      ways.push(way);
    }
    return ways;
  };
  const wayOf = (
    step: JoinStep,
    inputs: readonly StepIndex[],
    from: StepIndex,
    start: StepIndex,
    nested: number,
  ): readonly Item[] | undefined => {
    const [only = start] = inputs;
    if (inputs.length === 1) return between(start, only, nested);
    const inner = { ...step, inputs, channels: channelsOf(steps, inputs) };
    // Of what every one of them is made of, some may be made of others, as in C2f.
    const ways = waysOf(inner, from, nested + 1);
    const before = ways === undefined ? undefined : between(start, from, nested);
    return ways === undefined || before === undefined ? undefined : [...before, { step: inner, ways }];
  };
  const items = between(0, feature, 0);
  if (items === undefined) throw new Error("what everything passes is passed by something");
  return items;
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
