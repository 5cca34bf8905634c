/** Bounded parallel work whose results come in the order of the items. */

/**
 * Applies `work` to every item, at most `parallel` at a time, and yields the results in the order of `items`.
 * Items are taken only as results are consumed, so memory is bounded by `parallel` results.
 * The first failure ends it.
 */
export async function* mapOrdered<Item, Result>(
  items: Iterable<Item>,
  parallel: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const pending: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // A failure is reported when it is this item's turn, not as an unhandled rejection before.
    result.catch(() => undefined);
    pending.push(result);
    const first = pending.length < parallel ? undefined : pending.shift();
    if (first !== undefined) yield await first;
  }
  for (const result of pending) yield await result;
}
