/** Opens a session for a command and closes it whatever happens. The client is loaded only when needed. */
import type { Purpose, Session } from "../client/session.js";
import { loadPlatform } from "../runtime/platform.js";

/** The store alone, which is asked nothing yet. @throws ThawError STORE_UNREACHABLE when none is known, USAGE */
export async function openProjectStore(project: string | undefined): Promise<Session["store"]> {
  const platform = await loadPlatform(project);
  const { openStoreOnly } = await import("../client/session.js");
  return openStoreOnly(platform);
}

/** @throws ThawError TEMPORAL_UNREACHABLE, STORE_UNREACHABLE, STORE_DENIED, USAGE for wrong settings */
export async function withSession<T>(
  project: string | undefined,
  action: (session: Session) => Promise<T>,
  purpose: Purpose = "read",
): Promise<T> {
  const platform = await loadPlatform(project);
  const { openSession } = await import("../client/session.js");
  const session = await openSession(platform, purpose);
  try {
    return await action(session);
  } finally {
    await session.close();
  }
}
