/** Small words of explanations. */

/** `8 s`, `2 min 5 s`, `1 h 2 min`. */
export function timeText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export const percentText = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `1 stage`, `2 stages`. */
export const countText = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A sentence of somebody else's as the end of one's own. */
export const asClause = (sentence: string): string => sentence.replace(/\.$/, "");

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `09:05` in the reader's time zone. */
export const clock = (time: Date): string =>
  [time.getHours(), time.getMinutes()].map((value) => String(value).padStart(2, "0")).join(":");
