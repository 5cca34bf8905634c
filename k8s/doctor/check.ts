/** One finding of `thaw doctor --kubernetes`; the command's JSON has the same shape. */
import { ThawError } from "../../spec/errors.js";

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

/** The finding that something could not be looked at. @throws what is no ThawError */
export function failed(
  found: Omit<Check, "state">,
  error: unknown,
  state: Check["state"] = "missing",
): Check {
  if (!(error instanceof ThawError)) throw error;
  return {
    ...found,
    state,
    problem: error.message,
    ...(error.hint === undefined ? {} : { fix: error.hint }),
  };
}
