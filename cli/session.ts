/** Opens a session for a command and closes it whatever happens. What `--help` does not need is loaded only then. */
import type { Session } from "../client/session.js";
import type { Platform } from "../spec/platform.js";

/** Where the services are. @throws ThawError STORE_UNREACHABLE, TEMPORAL_UNREACHABLE when none is known, USAGE */
export async function projectPlatform(project: string | undefined): Promise<Platform> {
  const { loadPlatform } = await import("../runtime/platform.js");
  return loadPlatform(project);
}

/** The store alone, which is asked nothing yet. @throws ThawError STORE_UNREACHABLE when none is known, USAGE */
export async function openProjectStore(project: string | undefined): Promise<Session["store"]> {
  const platform = await projectPlatform(project);
  const { openStoreOnly } = await import("../client/session.js");
  return openStoreOnly(platform);
}

/** @throws ThawError TEMPORAL_UNREACHABLE, STORE_UNREACHABLE, STORE_DENIED, USAGE for wrong settings */
export async function withSession<T>(
  project: string | undefined,
  action: (session: Session) => Promise<T>,
): Promise<T> {
  const platform = await projectPlatform(project);
  const { openSession } = await import("../client/session.js");
  const session = await openSession(platform);
  try {
    return await action(session);
  } finally {
    await session.close();
  }
}
