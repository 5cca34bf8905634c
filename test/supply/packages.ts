/** The npm packages of a production install, as `package-lock.json` has them. */
import { readFileSync } from "node:fs";

export interface Package {
  readonly name: string;
  readonly version: string;
  /** As the package says it, an SPDX expression; undefined where it says nothing. */
  readonly licence: string | undefined;
  /** SHA-512 of the archive, in hexadecimal. */
  readonly sha512: string;
  /** Not on every machine, as builds for one system. */
  readonly isOptional: boolean;
}

interface Locked {
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

export const readLock = (): Lock => JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock;

const ROOT = "";
const nameOf = (path: string, { name }: Locked): string => name ?? path.replace(/^.*node_modules\//, "");

function sha512Of(integrity = ""): string {
  const [, base64] = /^sha512-(\S+)$/.exec(integrity) ?? [];
  return base64 === undefined ? "" : Buffer.from(base64, "base64").toString("hex");
}

/** Each version once, by name; those that only tests and builds need are left out. */
export function productionPackages(lock: Lock): readonly Package[] {
  const found = new Map<string, Package>();
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path === ROOT || locked.dev === true) continue;
    const { version = "", license, integrity, optional = false } = locked;
    const name = nameOf(path, locked);
    const id = `${name}@${version}`;
    const isOptional = optional && (found.get(id)?.isOptional ?? true);
    found.set(id, { name, version, licence: license, sha512: sha512Of(integrity), isOptional });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Names of what `package.json` asks for itself. */
export const directDependencies = (lock: Lock): readonly string[] =>
  Object.keys(lock.packages[ROOT]?.dependencies ?? {});
