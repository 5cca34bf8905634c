/** By what a workflow can be found: it writes only search attributes that its server knows, else it would hang. */
import { patched, upsertSearchAttributes } from "@temporalio/workflow";
import { attributePairs } from "../spec/pipeline/attributePairs.js";
import type { AttributeValues } from "../spec/pipeline/searchAttributes.js";

/**
 * To be called at the beginning of a workflow, once.
 * @param attributes of its input
 * @returns writes values, all of them in one command, or none
 */
export function findableBy(attributes: readonly string[] | undefined): (values: AttributeValues) => void {
  // An older worker that began the run wrote the first three only, whatever its input says.
  const known = attributes !== undefined && patched("attributes") ? attributes : undefined;
  return (values) => {
    const pairs = attributePairs(values, known);
    if (pairs.length > 0) upsertSearchAttributes(pairs);
  };
}
