/** The search attributes of a server that nobody has connected to yet. */
import { Client } from "@temporalio/client";
import { openTemporal } from "../../runtime/openTemporal.js";
import type { TemporalSettings } from "../../spec/platform.js";
import { type AttributesOfServer, ensureSearchAttributes, searchAttributesOf } from "./searchAttributes.js";

/**
 * @param register whether those that it lacks are registered, where it lets us
 * @throws ThawError TEMPORAL_UNREACHABLE, TEMPORAL_DENIED
 */
export async function lookAtAttributes(
  temporal: TemporalSettings,
  register: boolean,
): Promise<AttributesOfServer> {
  const connection = await openTemporal(temporal);
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    const access = { platform: { temporal }, temporal: client };
    return await (register ? ensureSearchAttributes : searchAttributesOf)(access);
  } finally {
    await connection.close();
  }
}
