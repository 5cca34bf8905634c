/** Values of thaw's search attributes as Temporal's clients and workflows take them. */
import {
  defineSearchAttributeKey,
  type SearchAttributePair,
  type SearchAttributeType,
} from "@temporalio/common";
import { type AttributeValues, knownValues } from "./searchAttributes.js";

/** @param known names of the attributes that the server knows; the first three where nobody said */
export function attributePairs(values: AttributeValues, known?: readonly string[]): SearchAttributePair[] {
  return knownValues(values, known).map(
    ({ name, type, value }) =>
      ({
        key: defineSearchAttributeKey(name, type.toUpperCase() as SearchAttributeType),
        value,
      }) as SearchAttributePair,
  );
}
