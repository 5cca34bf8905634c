/** Something that is done again and again, one time after the other: never two at once, however long one takes. */

/**
 * A timer of `setInterval` would begin anew while a slow server or disk still answers, and what is to happen once would twice.
 * @param act says `over` when that was the last time; must not throw
 * @param everyMs between the end of one time and the beginning of the next, and before the first unless `atOnce`
 * @returns what ends it; one that is under way is not waited for, and is the last
 */
export function repeatedly(
  act: () => Promise<"over" | undefined>,
  everyMs: number,
  atOnce = false,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const next = (): void => {
    timer = setTimeout(once, everyMs);
  };
  const once = async (): Promise<void> => {
    const said = await act();
    if (said !== "over" && !isOver) next();
  };
  if (atOnce) void once();
  else next();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
