/** Whether an embedded Temporal server has thaw's search attributes, without Temporal's client, which takes long to load. */
import { SEARCH_ATTRIBUTE_TABLE } from "../../spec/pipeline/searchAttributes.js";
import { type ServicesRecord, temporalOf } from "./record.js";
import { ask } from "./supervision/ask.js";

const ANSWER_MS = 5_000;

/**
 * @param record of services that are up
 * @returns false also where it does not say
 */
export async function hasSearchAttributes(record: ServicesRecord): Promise<boolean> {
  const { uiUrl, namespace } = temporalOf(record);
  const url = `${uiUrl}/api/v1/namespaces/${namespace}/search-attributes`;
  try {
    const { status, body } = await ask({ url }, ANSWER_MS);
    return status === 200 && listsAttributes(body.toString());
  } catch {
    return false;
  }
}

/** @param answer of the server's HTTP interface, in JSON. One of another type under our name refuses what we write. */
export function listsAttributes(answer: string): boolean {
  const { customAttributes = {} } = JSON.parse(answer) as { customAttributes?: Record<string, unknown> };
  return Object.values(SEARCH_ATTRIBUTE_TABLE).every(
    ({ name, type }) => customAttributes[name] === `INDEXED_VALUE_TYPE_${type.toUpperCase()}`,
  );
}
