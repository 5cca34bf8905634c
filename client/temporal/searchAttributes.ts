/** Which of thaw's search attributes a Temporal server knows, and registering those that it does not. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineSearchAttributeKey } from "@temporalio/common";
import { isInvalidArgument } from "../../runtime/temporalError.js";
import { ThawError } from "../../spec/errors.js";
import { SEARCH_ATTRIBUTE_TABLE, SEARCH_ATTRIBUTES } from "../../spec/pipeline/searchAttributes.js";
import { type TemporalAccess, temporalCall } from "./call.js";

export const accuracyKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.accuracy, "DOUBLE");

/** `temporal.api.enums.v1.IndexedValueType`. */
const TYPE_NUMBERS = { Keyword: 2, Int: 3, Double: 4 } as const;

const ATTRIBUTES = Object.values(SEARCH_ATTRIBUTE_TABLE);

/** The command for a server whose operator has to do it. @param missing names; of all of thaw's where left out */
export function registerByHand(missing?: readonly string[]): string {
  const wanted = ATTRIBUTES.filter(({ name }) => missing?.includes(name) ?? true);
  return `temporal operator search-attribute create ${wanted
    .map(({ name, type }) => `--name ${name} --type ${type}`)
    .join(" ")}`;
}

export interface AttributesOfServer {
  /** Names that may be written. */
  readonly known: readonly string[];
  readonly missing: readonly string[];
  /** Why they could not be registered, if that was tried. */
  readonly refused?: string;
}

/** @throws ThawError TEMPORAL_UNREACHABLE */
export async function searchAttributesOf(session: TemporalAccess): Promise<AttributesOfServer> {
  const { namespace } = session.platform.temporal;
  try {
    const listed = await temporalCall(session, "listing the search attributes", () =>
      session.temporal.connection.operatorService.listSearchAttributes({ namespace }),
    );
    return split(
      // One of another type under our name refuses what we write.
      ATTRIBUTES.filter(({ name, type }) => listed.customAttributes?.[name] === TYPE_NUMBERS[type]).map(
        ({ name }) => name,
      ),
    );
  } catch {
    // Hosted servers answer this to operators only. Whoever may search finds out as well.
    return searchableAttributes(session);
  }
}

/** A server keeps namespaces in memory and looks for news every ten seconds by default. */
const NEWS_MS = 15_000;
const INTERVAL_MS = 250;

/**
 * Registers those that the server does not know, where it lets us, and waits until they can be used.
 * @returns what may be written then: a workflow that writes an unknown one hangs
 * @throws ThawError TEMPORAL_UNREACHABLE
 */
export async function ensureSearchAttributes(session: TemporalAccess): Promise<AttributesOfServer> {
  const before = await searchAttributesOf(session);
  if (before.missing.length === 0) return before;
  const { namespace } = session.platform.temporal;
  const refusals: string[] = [];
  // One at a time: of a kind that the server has no place left for, the others still are registered.
  for (const { name, type } of ATTRIBUTES.filter((one) => before.missing.includes(one.name))) {
    await temporalCall(session, `registering ${name}`, () =>
      session.temporal.connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: { [name]: TYPE_NUMBERS[type] },
      }),
    ).catch((error: unknown) => refusals.push(error instanceof ThawError ? error.message : String(error)));
  }
  if (refusals.length === before.missing.length) return { ...before, refused: refusals[0] as string };
  let now = await searchAttributesOf(session);
  const registered = now.known;
  const until = Date.now() + NEWS_MS;
  for (;;) {
    const searchable = await searchableAttributes(session);
    now = split(registered.filter((name) => searchable.known.includes(name)));
    if (now.known.length === registered.length || Date.now() > until) break;
    await sleep(INTERVAL_MS);
  }
  return refusals[0] === undefined ? now : { ...now, refused: refusals[0] };
}

/** By asking for each: one that is unknown, or of another type, is an invalid query. */
async function searchableAttributes(session: TemporalAccess): Promise<AttributesOfServer> {
  const count = (query: string): Promise<boolean> =>
    temporalCall(session, "asking for search attributes", async () => {
      try {
        await session.temporal.workflow.count(query);
        return true;
      } catch (error) {
        if (isInvalidArgument(error)) return false;
        throw error;
      }
    });
  const queries = ATTRIBUTES.map(({ name, type }) => `${name} = ${type === "Keyword" ? '"-"' : "0"}`);
  if (await count(queries.join(" OR "))) return split(ATTRIBUTES.map(({ name }) => name));
  const answers = await Promise.all(queries.map(count));
  return split(ATTRIBUTES.filter((_, index) => answers[index] === true).map(({ name }) => name));
}

function split(known: readonly string[]): AttributesOfServer {
  return { known, missing: ATTRIBUTES.map(({ name }) => name).filter((name) => !known.includes(name)) };
}
