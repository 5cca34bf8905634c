/** The times of a schedule, as the server reckons them: it gives a thousand at most, from the first on. */

const MOST_TIMES = 1_000;

/**
 * @param ask the server, which gives the first thousand of a span
 * @returns ascending; of more than a thousand the last ones, and from when on they are all
 */
export async function latestTimes(
  ask: (from: Date, to: Date) => Promise<readonly Date[]>,
  from: Date,
  to: Date,
): Promise<{ readonly times: readonly Date[]; readonly from: Date }> {
  const times = await ask(from, to);
  if (times.length < MOST_TIMES) return { times, from };
  return latestTimes(ask, new Date((from.getTime() + to.getTime()) / 2), to);
}
