/** thaw's search attributes: the typed keys, and making sure that the server knows them. */
import { defineSearchAttributeKey } from "@temporalio/common";
import { SEARCH_ATTRIBUTES } from "../../spec/pipeline/run.js";
import { type TemporalAccess, temporalCall } from "./call.js";

export const modelKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, "KEYWORD");
export const accuracyKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.accuracy, "DOUBLE");

/** `temporal.api.enums.v1.IndexedValueType`. */
const KEYWORD = 2;
const DOUBLE = 4;
const TYPES: Readonly<Record<string, number>> = {
  [SEARCH_ATTRIBUTES.model]: KEYWORD,
  [SEARCH_ATTRIBUTES.stage]: KEYWORD,
  [SEARCH_ATTRIBUTES.accuracy]: DOUBLE,
};

/** Commands for a server whose operator has to do it. */
export const REGISTER_BY_HAND = `register them: temporal operator search-attribute create ${Object.entries(
  TYPES,
)
  .map(([name, type]) => `--name ${name} --type ${type === KEYWORD ? "Keyword" : "Double"}`)
  .join(" ")}`;

/**
 * Registers the attributes that the server does not know. A workflow that writes an unknown one hangs for
 * ever, so this comes before a run starts.
 * @throws ThawError TEMPORAL_UNREACHABLE when the server forbids it
 */
export async function ensureSearchAttributes(session: TemporalAccess): Promise<void> {
  const { namespace } = session.platform.temporal;
  const { operatorService } = session.temporal.connection;
  const known = await temporalCall(session, "listing the search attributes", () =>
    operatorService.listSearchAttributes({ namespace }),
  ).catch(() => undefined);
  // Hosted servers answer this to operators only; there, starting the run tells whether they are missing.
  if (known === undefined) return;
  const missing = Object.entries(TYPES).filter(([name]) => known.customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  await temporalCall(session, "registering thaw's search attributes", () =>
    operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) }),
  );
}
