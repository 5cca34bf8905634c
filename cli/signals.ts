/** Ctrl-C: the first asks to stop, a second ends the program at once. */

/** What shells report for a program that SIGINT ended: 128 + the signal's number. */
export const EXIT_INTERRUPTED = 130;

/** Thrown by what gave up because of Ctrl-C; the user has been told, so nothing more is said. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/**
 * Runs `action` with a signal that the first SIGINT or SIGTERM aborts. A second one exits; what hid the
 * cursor shows it again at exit.
 */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await action(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
