/** Finds components, or provisions them with a line of progress each; silent when all of them are there already. */
import { type ComponentName, type Located, locateAll } from "../runtime/components/components.js";
import type { Output } from "./output.js";

/**
 * @returns where they are, by name
 * @throws ThawError RUNTIME_MISSING, PROVISION_FAILED, DISK_FULL; Interrupted after Ctrl-C
 */
export async function provision<Name extends ComponentName>(
  names: readonly Name[],
  output: Output,
): Promise<Readonly<Record<Name, Located>>> {
  const located =
    (await locateAll(names)) ??
    (await (await import("./provisionMissing.js")).provisionMissing(names, output));
  return Object.fromEntries(located.map((one) => [one.name, one])) as Record<Name, Located>;
}
