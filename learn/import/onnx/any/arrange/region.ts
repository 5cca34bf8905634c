/** All that lies between two images which everything passes, however its ways part and meet. */
import { isJoin, type JoinStep, type SingleStep, type Step, type StepIndex } from "../steps.js";

export interface Region {
  /** In an order in which what something is made of comes first. */
  readonly images: readonly RegionImage[];
  /** Of its steps, the last first. */
  readonly indices: readonly StepIndex[];
  readonly last: Step;
}

/** Images put together, and what is made of that alone. */
export interface RegionImage {
  /** 0 is what the region begins with, `n` its `n`-th image. */
  readonly inputs: readonly number[];
  readonly join?: JoinStep;
  /** Which of the inputs has a single pixel that goes to every pixel of the other. */
  readonly spread?: number;
  readonly ones: readonly SingleStep[];
}

/** @param start what it begins with, which is none of it @param end its last step */
export function regionOf(steps: readonly Step[], start: StepIndex, end: StepIndex): Region {
  const inside = new Map<StepIndex, number>([[end, 0]]);
  const waiting = [end];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const input of inputsOf(steps[at] as Step)) {
      if (input === start) continue;
      const readers = inside.get(input);
      inside.set(input, (readers ?? 0) + 1);
      if (readers === undefined) waiting.push(input);
    }
  }
  const indices = [...inside.keys()].sort((a, b) => a - b);
  const images: { inputs: readonly number[]; join?: JoinStep; spread?: number; ones: SingleStep[] }[] = [];
  const numbers = new Map<StepIndex, number>([[start, 0]]);
  const ends = new Map<StepIndex, number>();
  for (const at of indices) {
    const step = steps[at] as Step;
    if (step.kind === "picture") throw new Error("a picture is made of nothing");
    const before = isJoin(step) ? undefined : ends.get(step.input);
    // What alone is made of the end of an image belongs to it.
    const isNext = !isJoin(step) && before !== undefined && inside.get(step.input) === 1;
    if (isNext) images[before - 1]?.ones.push(step);
    else images.push(begun(step, numbers));
    const own = isNext ? before : images.length;
    numbers.set(at, own);
    ends.set(at, own);
  }
  return { images, indices: indices.toReversed(), last: steps[end] as Step };
}

function begun(step: SingleStep | JoinStep, numbers: ReadonlyMap<StepIndex, number>) {
  const inputs = inputsOf(step).map((input) => {
    const number = numbers.get(input);
    if (number === undefined) throw new Error(`${step.from} is made of what lies outside`);
    return number;
  });
  if (!isJoin(step)) return { inputs, ones: [step] };
  const { spread } = step;
  return {
    inputs,
    join: step,
    ones: [],
    ...(spread === undefined ? {} : { spread: numbers.get(spread) ?? 0 }),
  };
}

function inputsOf(step: Step): readonly StepIndex[] {
  if (step.kind === "picture") return [];
  return isJoin(step) ? step.inputs : [step.input];
}
