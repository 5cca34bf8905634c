/** What the control worker's stages share: the artifact that is there, or one made and committed now. */
import type { StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import { commitArtifact } from "../../store/artifacts/artifacts.js";
import type { ControlDependencies } from "../context.js";
import { lookUp, outcomeOf } from "./findArtifact.js";

/** What a stage has made. */
interface Made {
  readonly summary: unknown;
  /** Local path of each file, by its name in the artifact. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Idempotent: a repeated attempt gets the artifact of the first. @param make is not called when there is one */
export async function commitOnce(
  dependencies: ControlDependencies,
  request: StageRequest,
  make: () => Promise<Made>,
): Promise<StageOutcome> {
  const { key, digests, manifest: known } = await lookUp(dependencies, request);
  if (known !== undefined) return outcomeOf(known, true);
  const started = performance.now();
  const { summary, files = {} } = await make();
  const { manifest, won } = await commitArtifact(dependencies.store, {
    kind: request.stage.kind,
    key,
    codeVersion: request.stage.codeVersion,
    parameters: request.stage.parameters,
    inputs: digests,
    summary,
    engine: null,
    seconds: (performance.now() - started) / 1000,
    files,
  });
  return outcomeOf(manifest, !won);
}
