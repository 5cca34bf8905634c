/** Opens what a command talks to: the Temporal server and the object store. */
import { Client, type WorkflowClientInterceptor } from "@temporalio/client";
import { isUnreachable, openTemporal } from "../runtime/openTemporal.js";
import type { Platform } from "../spec/platform.js";
import { checkStore } from "../store/connection/check.js";
import {
  ensureBucket,
  openStore,
  patientStore,
  requireBucket,
  type Store,
} from "../store/connection/connection.js";
import { type Patience, patiently } from "../store/connection/patience.js";
import { startTracing } from "../tracing/start.js";

export interface Session {
  readonly platform: Platform;
  readonly store: Store;
  readonly temporal: Client;
  close(): Promise<void>;
}

/** A supervisor starts an embedded server that ended again; on a busy machine that takes seconds. */
const RESTART: Patience = { milliseconds: 15_000 };

/** What a command is about to do: one that only reads makes no bucket, and says that there is none. */
export type Purpose = "read" | "write";

/**
 * Whether the store does all that thaw asks of one, and whether we may.
 * @param makeBucket whether a bucket that is not there is made
 * @throws ThawError STORE_…
 */
export async function tryStore(store: Store, makeBucket: boolean): Promise<void> {
  await checkStore(store, { makeBucket });
}

/**
 * Connects to Temporal, checks that the namespace is there, and the bucket.
 * @throws ThawError TEMPORAL_UNREACHABLE within about seven seconds, for embedded servers within 20; TEMPORAL_DENIED,
 *   STORE_UNREACHABLE, STORE_DENIED
 */
export async function openSession(platform: Platform, purpose: Purpose = "read"): Promise<Session> {
  const tracing = await startTracing("cli");
  // Their supervisor lives, or the platform would not name them.
  const patience = platform.embedded ? RESTART : undefined;
  const connection = await patiently(patience, isUnreachable, () => openTemporal(platform.temporal));
  try {
    const store = openStore(platform.store);
    const asked = patience === undefined ? store : patientStore(store, patience);
    await (purpose === "write" ? ensureBucket(asked) : requireBucket(asked));
    const temporal = new Client({
      connection,
      namespace: platform.temporal.namespace,
      ...(tracing === undefined ? {} : { interceptors: { workflow: [await tracedClient()] } }),
    });
    const close = async (): Promise<void> => {
      await connection.close();
      await tracing?.shutdown();
    };
    return { platform, store, temporal, close };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function tracedClient(): Promise<WorkflowClientInterceptor> {
  return (await import("../tracing/clientInterceptor.js")).clientInterceptor();
}

/** The store alone, for commands that need no Temporal. */
export function openStoreOnly(platform: Pick<Platform, "store">): Store {
  return openStore(platform.store);
}
