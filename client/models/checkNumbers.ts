/** Whether a model gives here what it gave where it was evaluated, before it is handed on to other programs. */
import type { BaseChoice } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Told } from "../../store/artifacts/localFile.js";
import { localEngine } from "../localEngine.js";

/**
 * Shows the model thaw's own picture, in an engine process; nothing where it has no golden vector.
 * @param told where there is no engine on this machine, which an export does not need
 * @throws ThawError NUMBERS_DIFFER, ARTIFACT_CORRUPT, BASE_UNUSABLE, DATA_INVALID, ENGINE_FAILED
 */
export async function checkNumbers(
  model: ModelVersion,
  base: BaseChoice,
  weights: string,
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  const { golden, classes, background, keepShortSide, temperature } = model;
  if (golden === undefined) return;
  const engine = localEngine();
  try {
    await engine.run(
      {
        kind: "predict",
        base,
        weights,
        files: [],
        background,
        keepShortSide,
        classes,
        golden,
        ...(temperature === undefined ? {} : { temperature }),
      },
      { onProgress: () => undefined, signal },
    );
  } catch (error) {
    if (!(error instanceof ThawError && error.code === "RUNTIME_MISSING")) throw error;
    told("there is no TensorFlow on this machine, so the model's numbers were not checked before the export");
  } finally {
    await engine.stop();
  }
}
