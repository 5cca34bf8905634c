/** Numbers and lists in warnings, as terminals and pages show them. */

/** Names listed in a sentence; the rest is counted. */
const NAMED = 3;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** `"a", "b", "c" and 4 more`. */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
