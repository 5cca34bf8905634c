/** Lays the sections of one document over those of another. */

export type Section = Readonly<Record<string, unknown>>;

/** Sections by key; lists and values as a whole. */
export function laidOver(below: Section, above: Section): Section {
  // A map, so that a key `__proto__` stays a key, which who checks keys sees.
  const merged = new Map<string, unknown>(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const known = merged.get(key);
    merged.set(key, isSection(known) && isSection(value) ? laidOver(known, value) : value);
  }
  return Object.fromEntries(merged);
}

/** Without the keys that are null. */
export function withoutNulls(section: Section): Section {
  return Object.fromEntries(Object.entries(section).filter(([, value]) => value !== null));
}

export function isSection(value: unknown): value is Section {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
