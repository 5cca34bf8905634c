/** The bill of materials in CycloneDX: what is installed and fetched for production, and nothing that a machine or a day decides. */
import { BUNDLED, BUNDLED_IN } from "./bundled.js";
import { COMPONENTS, type Component } from "./components.js";
import { licenceOf } from "./licences.js";
import type { Package } from "./packages.js";

/** As package URLs have it: a scope's `@` is escaped. */
const purl = (registry: string, name: string, version: string): string =>
  `pkg:${registry}/${name.replace("@", "%40")}@${version}`;

/** One identifier stands by its name, several as an expression. */
function licensesOf(licence: string): readonly object[] {
  if (/ (AND|OR) /.test(licence)) return [{ expression: licence }];
  return [{ license: licence.startsWith("LicenseRef-") ? { name: licence } : { id: licence } }];
}

function ofPackage(one: Package): object {
  const { name, version, sha512, isOptional } = one;
  const ref = purl("npm", name, version);
  const isLibvips = name.startsWith("@img/sharp-libvips-") && version === BUNDLED_IN;
  return {
    type: "library",
    "bom-ref": ref,
    name,
    version,
    scope: isOptional ? "optional" : "required",
    hashes: [{ alg: "SHA-512", content: sha512 }],
    licenses: licensesOf(licenceOf(one)),
    purl: ref,
    ...(isLibvips ? { components: BUNDLED.map((library) => ofBundled(ref, library)) } : {}),
  };
}

function ofBundled(within: string, [name, version, licence]: (typeof BUNDLED)[number]): object {
  const ref = `${within}#${name}`;
  return { type: "library", "bom-ref": ref, name, version, licenses: licensesOf(licence) };
}

function ofComponent({ name, version, registry, sha256, licence, use, isOptional }: Component): object {
  const ref = purl(registry, name, version);
  return {
    type: /weights|images/.test(use) ? "data" : "library",
    "bom-ref": ref,
    name,
    version,
    description: use,
    scope: isOptional ? "optional" : "required",
    hashes: [{ alg: "SHA-256", content: sha256 }],
    licenses: licensesOf(licence),
    purl: ref,
  };
}

/** @returns JSON in CycloneDX 1.6, the same bytes for the same packages and pins */
export function sbomOf(packages: readonly Package[]): string {
  const bom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: { type: "application", "bom-ref": "thaw", name: "thaw", licenses: licensesOf("Apache-2.0") },
    },
    components: [...packages.map(ofPackage), ...COMPONENTS.map(ofComponent)],
  };
  return `${JSON.stringify(bom, null, 1)}\n`;
}
