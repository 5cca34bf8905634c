/** Has the control worker tell the endpoints of notifications what a person did with an alias. */
import { randomUUID } from "node:crypto";
import { Client } from "@temporalio/client";
import { openTemporal } from "../../runtime/openTemporal.js";
import { toThawError } from "../../spec/errors.js";
import { ANNOUNCE_TYPE, type AnnounceInput, type ThawEvent } from "../../spec/notifications/event.js";
import { CONTROL_QUEUE } from "../../spec/pipeline/run.js";
import type { Platform } from "../../spec/platform.js";
import type { MovedAlias } from "../models/aliases.js";
import { temporalCall } from "../temporal/call.js";

/** @returns undefined where the alias means nothing from now on */
export function eventOfAlias({ model, alias, decision }: MovedAlias): ThawEvent | undefined {
  const { version, before, how, by, at, note } = decision;
  if (version === null) return undefined;
  const was = before === null ? "" : `, and was version ${before} before`;
  const why = note === undefined ? "" : `: ${note}`;
  return {
    type: how === "rollback" ? "model.rolled-back" : "model.promoted",
    at,
    ...{ model, version, alias },
    sentence: `${model}@${alias} is version ${version} now${was}, by ${by}${why}`,
    command: `thaw models history ${model}`,
  };
}

/**
 * The alias is what it is, whoever could be told of it.
 * @returns why nobody will be told; undefined where it is on its way, or there is nothing to tell
 */
export async function tellOfAlias(platform: Platform, moved: MovedAlias): Promise<string | undefined> {
  const event = moved.added ? eventOfAlias(moved) : undefined;
  if (event === undefined) return undefined;
  const input: AnnounceInput = { event };
  try {
    const connection = await openTemporal(platform.temporal);
    try {
      const temporal = new Client({ connection, namespace: platform.temporal.namespace });
      await temporalCall({ platform, temporal }, "telling of it", () =>
        temporal.workflow.start(ANNOUNCE_TYPE, {
          workflowId: `announce-${moved.model}-${moved.alias}-${moved.decision.seq}-${randomUUID().slice(0, 8)}`,
          taskQueue: CONTROL_QUEUE,
          args: [input],
          staticSummary: `tell of ${event.type} ${moved.model}@${event.version}`,
        }),
      );
      return undefined;
    } finally {
      await connection.close();
    }
  } catch (error) {
    return toThawError(error, "TEMPORAL_UNREACHABLE").message;
  }
}
