/** Opens a session for a command and closes it whatever happens. What `--help` does not need is loaded only then. */
import type { Purpose, Session } from "../client/session.js";
import type { StorePlatform } from "../runtime/platform.js";
import type { Platform } from "../spec/platform.js";

/** Where the services are. @throws ThawError STORE_UNREACHABLE, TEMPORAL_UNREACHABLE when none is known, USAGE */
export async function projectPlatform(project: string | undefined): Promise<Platform> {
  const { loadPlatform } = await import("../runtime/platform.js");
  return loadPlatform(project);
}

/** For commands that need no Temporal server. @throws ThawError STORE_UNREACHABLE when no store is known, USAGE */
export async function projectStorePlatform(project: string | undefined): Promise<StorePlatform> {
  const { loadStorePlatform } = await import("../runtime/platform.js");
  return loadStorePlatform(project);
}

/** The store alone, which is asked nothing yet. @throws ThawError STORE_UNREACHABLE when none is known, USAGE */
export async function openProjectStore(project: string | undefined): Promise<Session["store"]> {
  const platform = await projectStorePlatform(project);
  const { openStoreOnly } = await import("../client/session.js");
  return openStoreOnly(platform);
}

type Action<T> = (session: Session) => Promise<T>;

/**
 * For commands that only read: a bucket that is not there is an error.
 * @throws ThawError TEMPORAL_UNREACHABLE, STORE_UNREACHABLE, STORE_DENIED, USAGE for wrong settings
 */
export async function withSession<T>(project: string | undefined, action: Action<T>): Promise<T> {
  return within(project, "read", action);
}

/** For commands that start a run: the bucket is made where there is none. */
export async function withWritingSession<T>(project: string | undefined, action: Action<T>): Promise<T> {
  return within(project, "write", action);
}

async function within<T>(project: string | undefined, purpose: Purpose, action: Action<T>): Promise<T> {
  const platform = await projectPlatform(project);
  const { openSession } = await import("../client/session.js");
  const session = await openSession(platform, purpose);
  try {
    return await action(session);
  } finally {
    await session.close();
  }
}
