/** The price table that `THAW_PRICES` names. */
import { readFile } from "node:fs/promises";
import { readNamedYaml } from "../spec/namedYaml.js";
import { type Prices, pricesSchema } from "../spec/prices.js";

/** @returns undefined where none is named @throws ThawError USAGE when it cannot be read or is wrong */
export function loadPrices(file = process.env.THAW_PRICES): Promise<Prices | undefined> {
  return readNamedYaml(file, (named) => readFile(named, "utf8"), {
    variable: "THAW_PRICES",
    schema: pricesSchema,
    hint: "docs/observability.md has an example",
  });
}
