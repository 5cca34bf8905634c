/** Shows a base a picture, as every run does first: only TensorFlow knows what comes out. */
import type { Engine } from "../../engine/process.js";
import type { BaseChoice } from "../../spec/base.js";
import type { Golden } from "../../spec/golden.js";
import { goldenSchema } from "../../spec/schemas/records/golden.js";

/** @returns its golden vector @throws ThawError BASE_UNUSABLE, DATA_INVALID, ENGINE_FAILED, RUNTIME_MISSING */
export async function tryBase(engine: Engine, base: BaseChoice, signal?: AbortSignal): Promise<Golden> {
  const options = { onProgress: () => undefined, signal: signal ?? new AbortController().signal };
  return goldenSchema.parse(await engine.run({ kind: "try", base }, options));
}
