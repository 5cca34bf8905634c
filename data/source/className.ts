/** Names of classes: one spelling of each, and what is odd about those that there are. */
import { ThawError } from "../../spec/errors.js";
import { shortened, visible } from "../../spec/text/visible.js";

/** Composed Unicode: systems write “é” as one sign or as two, and both look and are meant the same. */
export function className(name: string): string {
  return name.normalize("NFC");
}

/** Of the name of a class or a group, in UTF-16 units: longer ones are sentences that got into a column of labels. */
export const MOST_OF_NAME = 200;
/** ImageNet has a thousand; matrices of confusions and of reports grow with the square. */
export const MOST_CLASSES = 2_000;

/** What is wrong with the length of a name, after a word for what it names; undefined where nothing is. */
export function tooLong(name: string): string | undefined {
  if (name.length <= MOST_OF_NAME) return undefined;
  return `has ${name.length.toLocaleString("en-GB")} characters (“${visible(shortened(name, 40))}”): at most ${MOST_OF_NAME} are allowed`;
}

/** @throws ThawError DATA_INVALID when the images have more classes than can be told apart or shown */
export function refuseTooMany(source: string, classes: readonly string[]): void {
  if (classes.length <= MOST_CLASSES) return;
  const [first = "", second = ""] = classes;
  throw new ThawError(
    "DATA_INVALID",
    `${source} has ${classes.length.toLocaleString("en-GB")} classes, from “${visible(shortened(first, 40))}” and “${visible(shortened(second, 40))}” on: at most ${MOST_CLASSES.toLocaleString("en-GB")} are allowed`,
    { hint: "folders or a column that name each image are no classes: group the images into fewer" },
  );
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
