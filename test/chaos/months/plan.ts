/** Draws what happens in each night of a month: a function of the seed. */
import { type RandomStream, randomStream } from "../../../rng/stream.js";
import type { Phase, Trap } from "./machines.js";

/** Who decides on a version that is proven: nobody, or people who are asked. */
export const PROMOTIONS = ["automatic", "ask"] as const;
export type Promotion = (typeof PROMOTIONS)[number];

/** What happens in a night. */
export interface Night {
  /** What becomes of the images; nothing where it is absent. */
  readonly change?: "added" | "removed" | "spoilt" | "cleaned";
  /** Two looks at the same time. */
  readonly twice?: boolean;
  /** One worker dies there. */
  readonly trap?: Trap;
  /** One worker dies so many milliseconds after the look has begun; 0: before anything of it. */
  readonly dies?: { readonly after: number; readonly which: number };
}

/** Where a worker dies in a night with a change. */
export const phasesOf = (promotion: Promotion): readonly Phase[] => [
  ...(["looking", "registering", "proving", "promoting", "recording"] as const),
  ...(promotion === "ask" ? (["asking"] as const) : []),
];

/** A changed night in five, and kills in as many as are asked for: a function of the seed. */
export function planNights(
  nights: number,
  kills: number,
  promotion: Promotion,
  seed: number,
): readonly Night[] {
  const next = drawer(randomStream(seed, `months, ${promotion}`));
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  let isSpoilt = false;
  const changes = Array.from({ length: nights }, (_, night): Night["change"] => {
    if (night === 0) return "added";
    if (next() >= 0.2) return undefined;
    if (isSpoilt) {
      isSpoilt = false;
      return "cleaned";
    }
    const change = pick(["added", "added", "removed", "spoilt"] as const);
    isSpoilt = change === "spoilt";
    return change;
  });
  const changed = changes.flatMap((change, night) => (change === undefined ? [] : [night]));
  const struck = new Map<number, Pick<Night, "trap" | "dies">>();
  const duringTraining = phasesOf(promotion);
  while (struck.size < Math.min(kills, nights)) {
    // Most of what can go wrong goes wrong where something changes.
    const left = changed.filter((night) => !struck.has(night));
    const night = left.length > 0 ? pick(left) : Math.floor(next() * nights);
    const phases = changes[night] === undefined ? (["looking", "recording"] as const) : duringTraining;
    const trap = { phase: pick(phases), place: pick(["before", "after"] as const) };
    const dies = { after: pick([0, 100, 300, 800, 1500]), which: Math.floor(next() * 2) };
    if (!struck.has(night)) struck.set(night, next() < 0.7 ? { trap } : { dies });
  }
  return changes.map((change, night) => ({
    ...(change === undefined ? {} : { change }),
    ...(change !== undefined && next() < 0.3 ? { twice: true } : {}),
    ...struck.get(night),
  }));
}

function drawer(stream: RandomStream): () => number {
  let index = 0;
  return () => stream.uniform(index++);
}
