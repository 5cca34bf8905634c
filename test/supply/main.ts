/** Writes `docs/supply/`: the bill of materials and the list of licences. */
import { writeFileSync } from "node:fs";
import { licenceList } from "./licences.js";
import { productionPackages, readLock } from "./packages.js";
import { sbomOf } from "./sbom.js";

const packages = productionPackages(readLock());
writeFileSync("docs/supply/sbom.cdx.json", sbomOf(packages));
writeFileSync("docs/supply/licences.md", licenceList(packages));
