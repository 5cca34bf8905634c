/** Names of classes: one spelling of each, and what is odd about those that there are. */

/** Composed Unicode: systems write “é” as one sign or as two, and both look and are meant the same. */
export function className(name: string): string {
  return name.normalize("NFC");
}

/** Class names listed in a sentence; the rest is counted. */
const NAMED = 5;
/** Signs that people put between the labels of an image that has several. */
const BETWEEN = /[|;,+&/]/;
/** Stands where a letter was lost in a conversion. */
const LOST = "\ufffd";

/** What a person should look at, in sentences without a full stop. */
export function oddNames(classes: readonly string[]): readonly string[] {
  return [...twins(classes), ...several(classes), ...lost(classes)];
}

/** Names that differ in capitals, spaces or signs that look the same only. */
function twins(classes: readonly string[]): readonly string[] {
  const alike = new Map<string, string[]>();
  for (const name of classes) {
    const key = folded(name);
    alike.set(key, [...(alike.get(key) ?? []), name]);
  }
  const groups = [...alike.values()].filter(({ length }) => length > 1);
  return cut(groups, (names) => names.map(quoted).join(" and ")).map(
    (names) =>
      `${names} are different classes, though their names hardly differ: give them one name if they are one`,
  );
}

function folded(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{Cf}_-]+/gu, " ")
    .trim();
}

function several(classes: readonly string[]): readonly string[] {
  const known = new Set(classes);
  const found = classes.filter((name) => {
    const parts = name.split(BETWEEN).map((part) => part.trim());
    return name.includes("|") || (parts.length > 1 && parts.every((part) => known.has(part)));
  });
  return cut(found, quoted).map(
    (names) => `${names} looks like several labels, but is taken as one class: an image has one label here`,
  );
}

function lost(classes: readonly string[]): readonly string[] {
  const found = classes.filter((name) => name.includes(LOST));
  return cut(found, quoted).map(
    (names) => `in ${names} a letter was lost in a conversion; different names may have become one`,
  );
}

function cut<Item>(items: readonly Item[], text: (item: Item) => string): readonly string[] {
  const more = items.length - NAMED;
  const shown = items.slice(0, NAMED).map(text);
  return more > 0 ? [...shown.slice(0, -1), `${shown.at(-1)} (and ${more} more)`] : shown;
}

/** For a sentence of one line. */
export const quoted = (name: string): string => `“${name.replace(/\p{Control}/gu, "?")}”`;
