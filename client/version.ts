/** This program's version, from its `package.json`. */
import { readFileSync } from "node:fs";

/** `dist/client/` lies two folders below the package's root. */
const PACKAGE = new URL("../../package.json", import.meta.url);

export function thawVersion(): string {
  return (JSON.parse(readFileSync(PACKAGE, "utf8")) as { readonly version: string }).version;
}
