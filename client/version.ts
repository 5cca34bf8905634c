/** This program's version, from its `package.json`. */
import { readFileSync } from "node:fs";
import { z } from "zod";

/** `dist/client/` lies two folders below the package's root. */
const PACKAGE = new URL("../../package.json", import.meta.url);

export function thawVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, "utf8"))).version;
}
