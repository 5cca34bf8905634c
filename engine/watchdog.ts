/** Tells a process that hangs from one that is busy: it says nothing and uses no processor time. */

export interface WatchdogTimes {
  /** How often the processor time is read. */
  readonly everyMs: number;
  /** Neither a message nor processor time for so long means that the process hangs. */
  readonly hungMs: number;
  /** The same where the processor time is unknown: a kernel may be busy for minutes without a message. */
  readonly hungUnseenMs: number;
}

export const WATCHDOG_TIMES: WatchdogTimes = { everyMs: 2_000, hungMs: 30_000, hungUnseenMs: 600_000 };

/**
 * Less is what an idle process uses by itself: 0.02 s in 30 s were measured of an engine without a job. A busy process that gets a twentieth of a processor uses it in two seconds.
 */
const BUSY_SECONDS = 0.1;

export interface Watchdog {
  /** To be called at every message of the process. */
  heard(): void;
  stop(): void;
}

/**
 * @param cpuSeconds processor time of the process so far, undefined where it is unknown
 * @param onHung called once, with the seconds of silence; the watchdog has stopped then
 */
export function watch(
  cpuSeconds: () => number | undefined,
  times: WatchdogTimes,
  onHung: (seconds: number) => void,
): Watchdog {
  let lastCpu = cpuSeconds() ?? 0;
  let lastTick = performance.now();
  let silentMs = 0;
  const tick = (): void => {
    const now = performance.now();
    // When this process was itself stopped, or the machine slept, the silence was not the other's.
    silentMs += Math.min(now - lastTick, 2 * times.everyMs);
    lastTick = now;
    const cpu = cpuSeconds();
    if (cpu !== undefined && cpu - lastCpu >= BUSY_SECONDS) {
      lastCpu = cpu;
      silentMs = 0;
    }
    if (silentMs < (cpu === undefined ? times.hungUnseenMs : times.hungMs)) return;
    clearInterval(timer);
    onHung(silentMs / 1000);
  };
  const timer = setInterval(tick, times.everyMs);
  return {
    heard: () => {
      silentMs = 0;
    },
    stop: () => clearInterval(timer),
  };
}
