/** Starting workflows with search attributes, of which a server may lack some: then they are found by less, and it is said. */
import { isInvalidArgument } from "../../runtime/temporalError.js";
import { SEARCH_ATTRIBUTES } from "../../spec/pipeline/searchAttributes.js";
import type { TemporalAccess } from "./call.js";
import { ensureSearchAttributes, registerByHand } from "./searchAttributes.js";

/**
 * @param start starts the workflow with attributes of those names only, which also go into its input
 * @returns names of the attributes that it goes without
 * @throws ThawError TEMPORAL_UNREACHABLE, and what `start` throws
 */
export async function startFindable(
  session: TemporalAccess,
  start: (known: readonly string[], missing: readonly string[]) => Promise<void>,
): Promise<readonly string[]> {
  const { known, missing } = await ensureSearchAttributes(session);
  try {
    await start(known, missing);
    return missing;
  } catch (error) {
    // Somebody has removed one since, or a part of the server has not heard of it yet.
    if (known.length === 0 || !refusesAttribute(error)) throw error;
    const all = Object.values(SEARCH_ATTRIBUTES);
    await start([], all);
    return all;
  }
}

/** What is said where some are missing; nothing but being found depends on them. */
export function missingText(missing: readonly string[]): string {
  const [noun, pronoun] = missing.length === 1 ? ["attribute", "it"] : ["attributes", "them"];
  return `the Temporal server lacks the search ${noun} ${missing.join(", ")}: what runs is not found by ${pronoun}`;
}

/** For the details in the Temporal UI; nothing where none is missing. */
export function missingDetails(missing: readonly string[]): readonly string[] {
  return missing.length === 0
    ? []
    : [
        "",
        `Note: ${missingText(missing)}. What helps: \`thaw doctor --fix\`, or \`${registerByHand(missing)}\``,
      ];
}

function refusesAttribute(error: unknown): boolean {
  for (let one = error as Error | undefined; one !== undefined; one = one.cause as Error | undefined)
    if (isInvalidArgument(one) && /search attribute/i.test(`${one.message} ${String(one.cause)}`))
      return true;
  return false;
}
