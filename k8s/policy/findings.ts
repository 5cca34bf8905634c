/** What is found against a pod, and how a value or a list is told. */

/** From the pod template: keys, and places in lists. */
export type Path = readonly (string | number)[];

export interface Finding {
  readonly path: Path;
  /** Goes on from `this installation`, e.g. `allows no volumes of kind hostPath`. */
  readonly says: string;
}

export const finding = (path: Path, says: string): Finding => ({ path, says });

/** Longer ones are a stranger's joke. */
const MOST_LETTERS = 100;
const MOST_LISTED = 12;

export function told(value: unknown, letters = MOST_LETTERS): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be taken out
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
  return plain.length <= letters ? plain : `${plain.slice(0, letters)}…`;
}

/** E.g. `allows no Secret database; allowed are thaw-store`. */
export function notListed(what: string, value: unknown, allowed: readonly string[]): string {
  const listed = [...new Set(allowed)].map((name) => (name === "" ? "none" : name));
  const more = listed.length > MOST_LISTED ? ` and ${listed.length - MOST_LISTED} more` : "";
  const end =
    listed.length === 0
      ? "it names none"
      : `allowed ${listed.length === 1 ? "is" : "are"} ${listed.slice(0, MOST_LISTED).join(", ")}${more}`;
  return `allows no ${what} ${told(value)}; ${end}`;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Own fields that have a value: to the API server null is as good as nothing. */
export function fieldsOf(value: unknown): readonly [string, unknown][] {
  return isFields(value) ? Object.entries(value).filter(([, field]) => !isNothing(field)) : [];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const isNothing = (value: unknown): value is null | undefined => value === undefined || value === null;

/** An own field of a section; nothing of what is no section. */
export function at(value: unknown, ...keys: string[]): unknown {
  let inside: unknown = value;
  for (const key of keys) {
    if (!isFields(inside) || !Object.hasOwn(inside, key)) return undefined;
    inside = inside[key];
  }
  return inside;
}

/** Items of a list with their places; a single one in place of a list is looked at as well. */
export function itemsOf(value: unknown, path: Path): readonly { item: unknown; path: Path }[] {
  if (isNothing(value)) return [];
  if (!Array.isArray(value)) return [{ item: value, path }];
  return value.map((item: unknown, index) => ({ item, path: [...path, index] }));
}
