/** What making a version took, and what came out: size of its weights, time, and on what it was computed. */
import { WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { TrainingSummary } from "../../../spec/records/training.js";
import type { ArtifactManifest } from "../../../store/artifacts/artifacts.js";
import { type ParameterDiff, parameterDiff } from "./parameters.js";

/** The artifacts' manifests of a run, by stage. */
export type Made = ReadonlyMap<string, ArtifactManifest>;

export interface Making {
  /** Bytes of what the training changed; what it left as it was lies in the base's checkpoint. */
  readonly weightsBytes: number;
  /** Of head and unfreezing. Where artifacts of other runs were used, what they took then. */
  readonly trainingSeconds: number;
  /** Of all stages. */
  readonly seconds: number;
  readonly epochs: number;
  /** Absent where nothing was measured. */
  readonly secondsPerEpoch?: number;
  /** Fingerprints of the TensorFlow builds that it was computed with, and what the worker had; without duplicates. */
  readonly engines: readonly string[];
}

const isTraining = ({ kind }: ArtifactManifest): boolean => kind === "head" || kind === "tune";

export function making(made: Made): Making {
  const all = [...made.values()];
  const trained = all.filter(isTraining);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const histories = trained.flatMap(({ summary }) => (summary as Partial<TrainingSummary>).history ?? []);
  const engines = trained.map(({ engine, usage }) => {
    const { gpus, cpus } = usage?.resources ?? {};
    const worker = cpus === undefined ? "" : `, ${cpus} processors${gpus === 0 ? "" : ` and ${gpus} GPUs`}`;
    return `${engine ?? "unknown engine"}${worker}`;
  });
  return {
    // Of the last stage: that is what is registered.
    weightsBytes: trained.at(-1)?.files.find(({ name }) => name === WEIGHTS_FILE)?.size ?? 0,
    trainingSeconds: sum(trained.map(({ seconds }) => seconds)),
    seconds: sum(all.map(({ seconds }) => seconds)),
    epochs: histories.length,
    ...(histories.length === 0
      ? {}
      : { secondsPerEpoch: sum(histories.map(({ seconds }) => seconds)) / histories.length }),
    engines: [...new Set(engines)],
  };
}

/** Stages whose code has another version on the other side: the same values then mean something else. */
export function codeDiff(a: Made, b: Made): readonly ParameterDiff[] {
  const versions = (made: Made): object =>
    Object.fromEntries([...made].map(([stage, { codeVersion }]) => [stage, codeVersion]));
  return parameterDiff(versions(a), versions(b)).filter((one) => "a" in one && "b" in one);
}

/** Of artifacts' keys, and said elsewhere. */
const SAID_ELSEWHERE = new Set(["base", "augment", "seed", "stage"]);

/**
 * What the run files say differently, and besides what was trained otherwise than they say: a batch that was halved because memory ran
 * out, values that a person set meanwhile.
 * @param a likewise `b`: manifests by stage, with that of `report`, whose parameters are the run file
 */
export function valuesDiff(a: Made, b: Made): readonly ParameterDiff[] {
  const files = parameterDiff(fileOf(a), fileOf(b));
  const names = new Set(files.map(({ key }) => key.split(".").at(-1)));
  const stages = [...a].flatMap(([stage, manifest]) => {
    const other = b.get(stage);
    if (other === undefined || !isTraining(manifest)) return [];
    return parameterDiff(manifest.parameters, other.parameters)
      .filter(({ key }) => !SAID_ELSEWHERE.has(key.split(".")[0] ?? "") && !names.has(key.split(".").at(-1)))
      .map((one) => ({ ...one, key: `${stage}: ${one.key}` }));
  });
  return [...files, ...stages];
}

const fileOf = (made: Made): unknown => made.get("report")?.parameters.file;
