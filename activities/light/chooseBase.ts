/** Compares the candidates of `bases` by what their recipe stages measured. */
import { findArchitecture } from "../../learn/bases/architectures.js";
import { compareBases } from "../../learn/bases/comparison/compare.js";
import type { MeasuredBase } from "../../learn/bases/comparison/measuredBase.js";
import { staticCost } from "../../learn/bases/cost.js";
import { ownInput } from "../../learn/bases/input.js";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { BaseSpec } from "../../spec/base.js";
import type { StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import { PROBE_FILE } from "../../spec/pipeline/artifactFiles.js";
import { candidatesOf } from "../../spec/pipeline/candidates.js";
import type { BaseComparison, BaseCost } from "../../spec/records/baseComparison.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import type { RecipeSummary } from "../../spec/records/recipe.js";
import { probeLineSchema } from "../../spec/schemas/records/files.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { readArtifactLines } from "../../store/artifacts/lines.js";
import type { ControlDependencies } from "../context.js";
import { commitOnce } from "./commitOnce.js";

interface ProbeLine {
  readonly label: number;
  /** Absent in what version 3 of the stage has written. */
  readonly group?: string;
  readonly probabilities: readonly number[];
}

export async function chooseBase(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome> {
  return commitOnce(dependencies, request, async () => ({ summary: await compare(dependencies, request) }));
}

async function compare(
  { store }: ControlDependencies,
  { run, inputs }: StageRequest,
): Promise<BaseComparison> {
  const measured: MeasuredBase[] = [];
  for (const [index, name] of candidatesOf(run.file).entries()) {
    const recipe = await requireManifest(store, inputs[`recipe-${index + 1}`] as ArtifactRef);
    const features = await requireManifest(store, inputs[`features-${index + 1}`] as ArtifactRef);
    const { rows, seconds, reused, speed } = features.summary as FeaturesSummary;
    // Copies of what earlier runs had computed take next to no time.
    const computed = rows - (reused?.rows ?? 0);
    const probe = await readArtifactLines<ProbeLine>(store, recipe, PROBE_FILE, probeLineSchema);
    const { evidence, domain } = recipe.summary as RecipeSummary;
    measured.push({
      name,
      evidence,
      ...(domain === undefined ? {} : { verdict: domain.verdict }),
      ...(computed === 0 ? {} : { secondsPerView: seconds / computed }),
      cost: {
        ...knownCost(name, run.candidates?.[name]),
        ...(speed === undefined ? {} : { speed }),
      },
      correct: probe.map(isRight),
      groups: probe.map(({ group }, image) => group ?? String(image)),
    });
  }
  return compareBases(measured);
}

/** Of a layers model or a graph what its record says: its network is in its file. */
function knownCost(name: string, spec: BaseSpec | undefined): BaseCost {
  const stated = spec?.extractor ?? spec?.network;
  if (stated !== undefined) {
    const { multiplyAdds, passBytes, weightBytes } = stated;
    return {
      ...(multiplyAdds === undefined ? {} : { multiplyAdds }),
      ...(passBytes === undefined ? {} : { passBytes }),
      ...(weightBytes === undefined ? {} : { weightBytes }),
    };
  }
  const { architecture, input } = findArchitecture(spec?.architecture ?? name);
  return staticCost(architecture, ownInput(input, spec ?? {}).size);
}

/** Whether the probe, trained on the other folds, names the image's class. */
function isRight({ label, probabilities }: ProbeLine): boolean {
  return probabilities.indexOf(Math.max(...probabilities)) === label;
}
