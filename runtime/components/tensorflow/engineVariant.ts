/** Which TensorFlow computes: the build for processors, or the one for NVIDIA GPUs. */
import { ThawError } from "../../../spec/errors.js";

export type EngineVariant = "cpu" | "gpu";

/** The npm package that binds each build. */
export const BINDING_PACKAGE: Readonly<Record<EngineVariant, string>> = {
  cpu: "@tensorflow/tfjs-node",
  gpu: "@tensorflow/tfjs-node-gpu",
};

/**
 * `THAW_ENGINE`, else `cpu`. A device that happens to be there decides nothing: the control worker and
 * `thaw plan` compute the keys of artifacts too, and they see no device of the pod that trains.
 * @throws ThawError USAGE
 */
export function engineVariant(env: NodeJS.ProcessEnv = process.env): EngineVariant {
  const given = env.THAW_ENGINE || "cpu";
  if (given === "cpu" || given === "gpu") return given;
  throw new ThawError("USAGE", `THAW_ENGINE="${given}" names no engine`, {
    hint: "set it to cpu or gpu, or leave it out for cpu",
  });
}
