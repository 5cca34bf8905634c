/** Bounded parallel work whose order does not matter. */

/**
 * Applies `work` to every item, at most `parallel` at a time; each takes the next item when it is done with one.
 * The first failure ends it, after what is under way has ended.
 */
export async function forEachParallel<Item>(
  items: Iterable<Item>,
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let hasFailed = false;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = left.next(); !next.done && !hasFailed; next = left.next()) {
      try {
        await work(next.value);
      } catch (error) {
        hasFailed = true;
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  if (hasFailed) throw failures[0];
}
