/** What no training leaves behind: weights that cannot be those of a network that works. */
import { ThawError } from "../../spec/errors.js";
import type { Parameters } from "../network/parameters.js";

/**
 * @param source how the error names them: a file, or a base
 * @throws ThawError DATA_INVALID for values that are no numbers, variances below zero, and kernels of zeros alone
 */
export function requireSound(parameters: Parameters, source: string): void {
  for (const [name, { data }] of parameters) {
    if (!data.every(Number.isFinite)) {
      throw new ThawError("DATA_INVALID", `${source}: ${name} holds values that are no numbers`, {
        hint: "the training that wrote the checkpoint diverged; use an earlier one",
      });
    }
    const below = name.endsWith(".variance") ? data.filter((value) => value < 0).length : 0;
    if (below > 0) {
      throw new ThawError(
        "DATA_INVALID",
        `${source}: ${below} of ${data.length} variances of ${name} are below zero, which no variance is`,
        { hint: "the checkpoint was damaged or put together wrongly; use another one" },
      );
    }
  }
  const kernels = [...parameters].filter(([name]) => name.endsWith(".kernel"));
  if (kernels.length === 0 || kernels.some(([, { data }]) => data.some((value) => value !== 0))) return;
  throw new ThawError("DATA_INVALID", `${source}: all weights are zero`, {
    hint: "it was saved before anything was loaded into the network; use another checkpoint",
  });
}
