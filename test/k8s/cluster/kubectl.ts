/** Runs kubectl. */
import { runProgram } from "../../../runtime/components/program.js";
import type { Programs } from "./provision/programs.js";

/** @returns what it writes to stdout */
export async function kubectl(
  { environment }: Programs,
  kubeconfig: string,
  ...args: readonly string[]
): Promise<string> {
  return runProgram("kubectl", args, { env: { ...environment, KUBECONFIG: kubeconfig } });
}
