/** A base of the catalogue written out, as the bottom of what models make of it. */
import type { BaseSpec } from "../../spec/base.js";
import { findBase } from "./catalogue.js";

/** @throws ThawError BASE_UNKNOWN */
export function catalogueSpec(name: string): Omit<BaseSpec, "digest"> {
  const { source, licence, pretrainedOn } = findBase(name);
  return { name, architecture: name, layers: [], lineage: [], origin: { source, licence, pretrainedOn } };
}
