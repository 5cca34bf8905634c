/** What no training leaves behind: weights that cannot be those of a network that works. */
import { ThawError } from "../../spec/errors.js";
import type { Parameters } from "../network/parameters.js";

/**
 * @param source how the error names them: a file, or a base
 * @throws ThawError DATA_INVALID for values that are no numbers, variances below zero, zeros alone, and a network that was never trained
 */
export function requireSound(parameters: Parameters, source: string): void {
  for (const [name, { data }] of parameters) {
    if (!areFinite(data)) {
      throw new ThawError("DATA_INVALID", `${source}: ${name} holds values that are no numbers`, {
        hint: "the training that wrote these weights diverged; use an earlier checkpoint of it",
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
  const fault = faultOfAll(parameters);
  if (fault !== undefined)
    throw new ThawError("DATA_INVALID", `${source}: ${fault.what}`, { hint: fault.hint });
}

/** A plain loop: a base has millions, and to call a function for each takes ten times as long. */
function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Of the network as a whole: one channel or layer may well be like this. */
function faultOfAll(parameters: Parameters): { readonly what: string; readonly hint: string } | undefined {
  const all = (ending: string, value: number): boolean => {
    const own = [...parameters].filter(([name]) => name.endsWith(ending));
    return own.length > 0 && own.every(([, { data }]) => data.every((one) => one === value));
  };
  if (all(".kernel", 0) || all(".variance", 0)) {
    return {
      what: all(".kernel", 0) ? "all weights are zero" : "all variances are zero",
      hint: "it was saved before anything was loaded into the network; use another checkpoint",
    };
  }
  // A network whose batch norms were folded into its kernels has shifts.
  if (all(".mean", 0) && all(".variance", 1) && all(".gamma", 1) && all(".beta", 0)) {
    return {
      what: "its batch norms are as they begin, so it was never trained",
      hint: "use a checkpoint from the end of a training",
    };
  }
  return undefined;
}
