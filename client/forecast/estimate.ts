/** How long stages will take: as in earlier runs, by the number of images and the size of the base; else a guess. */
import type { StageKind } from "../../spec/pipeline/stages.js";
import type { Resources } from "../../spec/records/usage.js";

/** What makes a stage long or short. */
export interface Workload {
  readonly images: number;
  /** For one view; undefined of a base that is not known here. */
  readonly multiplyAdds?: number;
}

/** A stage that was computed before. */
export interface Sample extends Workload {
  readonly stage: string;
  readonly kind: string;
  readonly seconds: number;
  /** What it held meanwhile; unknown of stages of the control worker. */
  readonly resources?: Resources;
}

export interface StageToCome {
  readonly name: string;
  readonly kind: StageKind;
}

export interface Forecast {
  /** Of all stages that were asked for. */
  readonly seconds: number;
  /** False where no stage like one of them was computed here before. */
  readonly isMeasured: boolean;
  readonly stages: readonly StageForecast[];
}

export interface StageForecast {
  readonly name: string;
  readonly seconds: number;
  readonly resources?: Resources;
}

/**
 * Seconds an image on two processors, for a base of a view's {@link GUESSED_BASE} where it has to be gone through: the
 * quickstart's stages (bench/README.md, "quickstart, filled cache"). Only the first run on a machine needs them.
 */
const GUESSES: Readonly<Record<StageKind, number>> = {
  ingest: 0.003,
  features: 0.014,
  recipe: 0.008,
  head: 0.001,
  tune: 0.025,
  fold: 0.04,
  scratch: 0.05,
  evaluate: 0.022,
  base: 0,
  register: 0,
  report: 0,
};
/** EfficientNet-Lite0. */
const GUESSED_BASE = 384e6;
const GUESSED_CPUS = 2;
/** More processors than this hardly help with small images. */
const MOST_CPUS = 8;
/** Of stages whose time does not grow with the images. */
const LEAST_SECONDS = 0.5;

/** Kinds of stages that send pixels through the base. */
const THROUGH_THE_BASE: ReadonlySet<string> = new Set(["features", "tune", "fold", "scratch", "evaluate"]);
const OF_ANY_SIZE: ReadonlySet<string> = new Set(["base", "register", "report"]);

/** @param cpus of the machine that would train, for guesses */
export function forecast(
  stages: readonly StageToCome[],
  workload: Workload,
  samples: readonly Sample[],
  cpus: number,
): Forecast {
  const known = stages.map((stage) => ({ stage, like: samplesLike(stage, samples) }));
  const forecasts = known.map(({ stage, like }): StageForecast => {
    const resources = like.find((sample) => sample.resources !== undefined)?.resources;
    return {
      name: stage.name,
      seconds:
        like.length === 0
          ? guess(stage.kind, workload, cpus)
          : median(like.map((sample) => sample.seconds * ratio(stage.kind, workload, sample))),
      ...(resources === undefined ? {} : { resources }),
    };
  });
  return {
    seconds: forecasts.reduce((sum, { seconds }) => sum + seconds, 0),
    isMeasured: known.every(({ stage, like }) => like.length > 0 || OF_ANY_SIZE.has(stage.kind)),
    stages: forecasts,
  };
}

/** The same stage says more than another of its kind: `tune-2` trains deeper than `tune-1`. */
function samplesLike({ name, kind }: StageToCome, samples: readonly Sample[]): readonly Sample[] {
  const ofKind = samples.filter((sample) => sample.kind === kind);
  const same = ofKind.filter(({ stage }) => stage === name);
  return same.length > 0 ? same : ofKind;
}

/** How much more there is to do than in the sample. */
function ratio(kind: StageKind, now: Workload, then: Workload): number {
  if (OF_ANY_SIZE.has(kind)) return 1;
  const images = then.images === 0 ? 1 : now.images / then.images;
  const areKnown = now.multiplyAdds !== undefined && then.multiplyAdds !== undefined;
  return areKnown && THROUGH_THE_BASE.has(kind)
    ? images * ((now.multiplyAdds ?? 1) / (then.multiplyAdds ?? 1))
    : images;
}

function guess(kind: StageKind, { images, multiplyAdds = GUESSED_BASE }: Workload, cpus: number): number {
  const size = THROUGH_THE_BASE.has(kind) ? multiplyAdds / GUESSED_BASE : 1;
  const machine = GUESSED_CPUS / Math.min(Math.max(1, cpus), MOST_CPUS);
  return Math.max(LEAST_SECONDS, GUESSES[kind] * images * size * machine);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.ceil(sorted.length / 2) - 1] ?? 0,
    sorted[Math.floor(sorted.length / 2)] ?? 0,
  ];
  return (low + high) / 2;
}
