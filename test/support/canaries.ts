/** Distinctive values in the place of credentials, and where they are found again. */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** By what they stand for. */
export type Canaries<Name extends string> = Readonly<Record<Name, string>>;

/** Letters of both cases, digits, and characters that addresses and base64 write in another way. */
export function makeCanaries<Name extends string>(...names: readonly Name[]): Canaries<Name> {
  return Object.fromEntries(
    names.map((name) => [name, `cnry-${name}-${randomBytes(9).toString("hex")}/+Z~`]),
  ) as Canaries<Name>;
}

/** As it is, URL-encoded, and in base64 at each of the three places where it can begin there. */
function formsOf(canary: string): readonly string[] {
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.from(`${"x".repeat(before)}${canary}`).toString("base64");
    // Of the first and the last group of four some bits belong to other bytes.
    return text.slice(before === 0 ? 0 : 4, -4);
  });
  return [canary, encodeURIComponent(canary), encodeURI(canary), ...shifted];
}

/** @returns the names of those that are in it, in any form */
export function foundIn(bytes: Uint8Array | string, canaries: Readonly<Record<string, string>>): string[] {
  const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
  return Object.entries(canaries)
    .filter(([, canary]) => formsOf(canary).some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** @returns `PATH: NAMES` of each file below the folder that has any; sockets and files that are gone have none */
export function foundBelow(folder: string, canaries: Readonly<Record<string, string>>): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      const found = foundIn(bytesOf(path), canaries);
      return found.length === 0 ? [] : [`${path}: ${found}`];
    });
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** All bytes and strings of a value, objects in objects included: payloads of a history, for instance. */
export function textsIn(value: unknown): string {
  if (typeof value === "string") return `${value}\n`;
  if (value instanceof Uint8Array) return `${Buffer.from(value).toString("latin1")}\n`;
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .map(([key, inner]) => `${key}\n${textsIn(inner)}`)
    .join("");
}
