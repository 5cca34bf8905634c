/** Draws what happens to a run, and when: a function of the seed, the run's number and its stages. */
import { type RandomStream, randomStream } from "../../rng/stream.js";
import { momentsOf } from "./phases.js";

/** Everything that is done to a run. Those that end or stop a process are the kills. */
export const KILLS = [
  "SIGKILL engine",
  "SIGKILL training worker",
  "SIGKILL both",
  "SIGTERM training worker",
  "SIGKILL control worker",
  "SIGKILL Temporal",
  "SIGKILL S3",
  "SIGKILL both servers",
  "zombie",
] as const;
const NETWORK_FAULTS = ["connections cut", "uploads torn", "answers lost"] as const;
export type Kind = (typeof KILLS)[number] | (typeof NETWORK_FAULTS)[number];
export const KINDS: readonly Kind[] = [...KILLS, ...NETWORK_FAULTS];

export function isKill(kind: Kind): boolean {
  return (KILLS as readonly Kind[]).includes(kind);
}

/** When it happens, within a stage. */
export type Moment =
  /** So long after the stage was first seen, or after what was done to it before, in times of an undisturbed stage. */
  | { readonly by: "time"; readonly share: number }
  /** At the next such request to the store; before it is passed on, or before the answer is. */
  | { readonly by: "request"; readonly phase: string; readonly place: "before" | "after" };

export interface Disturbance {
  readonly stage: string;
  readonly kind: Kind;
  readonly moment: Moment;
  /** In [0, 1): for what the kind leaves open. */
  readonly draws: readonly number[];
}

/** Kinds that touch a stage on the control worker, and those on the training worker, the frequent ones several times. */
const OF_CONTROL: readonly Kind[] = [
  "SIGKILL control worker",
  "SIGKILL control worker",
  "SIGKILL Temporal",
  "SIGKILL S3",
  "SIGKILL both servers",
  "connections cut",
  "uploads torn",
  "answers lost",
];
const OF_TRAINING: readonly Kind[] = [
  ...(["SIGKILL engine", "SIGKILL engine", "SIGKILL engine", "SIGKILL engine"] as const),
  ...(["SIGKILL training worker", "SIGKILL training worker", "SIGKILL training worker"] as const),
  ...(["SIGKILL both", "SIGKILL both", "SIGTERM training worker", "SIGTERM training worker"] as const),
  "zombie",
  ...OF_CONTROL,
];
/** How often a stage is hit, if it lasts long enough: one that trains, and the others. */
const COUNTS_OF_TRAINING = [1, 2, 3, 4] as const;
const COUNTS = [0, 1, 2, 2] as const;
const LONG: ReadonlySet<string> = new Set(["head", "tune", "fold", "scratch"]);
/** Half of the moments are times, the other half places in the conversation with the store. */
const BY_TIME = 0.5;
/** Later the stage is often over before it is hit. */
const LATEST_SHARE = 0.6;
const DRAWS = 4;

export function planDisturbances(
  seed: number,
  run: number,
  stages: readonly { readonly name: string; readonly kind: string }[],
): readonly Disturbance[] {
  return stages.flatMap((stage, index) => {
    const next = numbers(randomStream(seed, "chaos", run, index));
    const onControl = stage.kind === "register" || stage.kind === "report";
    const counts = LONG.has(stage.kind) ? COUNTS_OF_TRAINING : COUNTS;
    return Array.from({ length: pick(counts, next()) }, (): Disturbance => {
      const kind = pick(onControl ? OF_CONTROL : OF_TRAINING, next());
      const share = next();
      const moment: Moment =
        share < BY_TIME
          ? { by: "time", share: (share / BY_TIME) * LATEST_SHARE }
          : {
              by: "request",
              phase: pick(momentsOf(stage.kind), next()),
              place: next() < 0.5 ? "before" : "after",
            };
      return { stage: stage.name, kind, moment, draws: Array.from({ length: DRAWS }, next) };
    });
  });
}

function numbers(stream: RandomStream): () => number {
  let index = 0;
  return () => stream.uniform(index++);
}

/** @param draw in [0, 1) */
function pick<T>(list: readonly T[], draw: number): T {
  return list[Math.floor(draw * list.length)] as T;
}
