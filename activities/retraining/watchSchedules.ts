/** Now and then looks whether every schedule's looks took place, and has those told of that did not: nobody else would. */
import type { Client } from "@temporalio/client";
import { toThawError } from "../../spec/errors.js";
import { repeatedly } from "../../spec/processes/repeated.js";
import type { Store } from "../../store/connection/connection.js";
import type { NotificationSources } from "../notifications/endpoints.js";

const EVERY_MS = 10 * 60_000;

/** @returns what ends it */
export function watchSchedules(store: Store, client: Client, notifications: NotificationSources): () => void {
  let lost: ReadonlySet<string> = new Set();
  const look = async (): Promise<undefined> => {
    try {
      if (!notifications.file) return;
      const { readEndpoints } = await import("../notifications/endpoints.js");
      if ((await readEndpoints(notifications)).length === 0) return;
      const { tellSilences } = await import("./tellSilences.js");
      lost = (await tellSilences(store, client, new Date(), lost)).lost;
    } catch (error) {
      console.error(
        `looking for looks that did not take place: ${toThawError(error, "TEMPORAL_UNREACHABLE").message}`,
      );
    }
  };
  // At once, too: a server and a worker that were away come back together.
  return repeatedly(look, EVERY_MS, true);
}
