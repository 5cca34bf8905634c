/** The price table that `THAW_PRICES` names. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { ThawError } from "../spec/errors.js";
import { type Prices, pricesSchema } from "../spec/prices.js";

/** @returns undefined where none is named @throws ThawError USAGE when it cannot be read or is wrong */
export async function loadPrices(file = process.env.THAW_PRICES): Promise<Prices | undefined> {
  if (file === undefined || file === "") return undefined;
  const wrong = (why: string, cause?: unknown): ThawError =>
    new ThawError("USAGE", `${file}, which THAW_PRICES names, ${why}`, {
      hint: "docs/observability.md has an example",
      cause,
    });
  let content: unknown;
  try {
    content = parse(await readFile(file, "utf8"));
  } catch (error) {
    throw wrong(`cannot be read: ${(error as Error).message}`, error);
  }
  const result = pricesSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(`is wrong at ${issue?.path.join(".") || "its top"}: ${issue?.message}`);
}
