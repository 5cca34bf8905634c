/** One finding of `thaw doctor --kubernetes`; the command's JSON has the same shape. */
import { ThawError } from "../../spec/errors.js";
import { masked } from "../../spec/network/masked.js";

export interface Check {
  readonly name: string;
  /** What it is for, in one line. */
  readonly purpose: string;
  readonly state: "ok" | "missing" | "optional";
  readonly where?: string;
  readonly version?: string;
  readonly problem?: string;
  /** What mends it. */
  readonly fix?: string;
}

/** The finding that something could not be looked at, whatever was thrown. */
export function failed(
  found: Omit<Check, "state">,
  error: unknown,
  state: Check["state"] = "missing",
): Check {
  const problem = error instanceof Error ? error.message : String(error);
  const fix = error instanceof ThawError ? error.hint : undefined;
  return { ...found, state, problem: masked(problem), ...(fix === undefined ? {} : { fix }) };
}
