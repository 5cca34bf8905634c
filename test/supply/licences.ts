/** Licences of all that thaw installs and fetches: which are known, which ask something of its users, and the list. */
import { BUNDLED, BUNDLED_IN } from "./bundled.js";
import { COMPONENTS } from "./components.js";
import type { Package } from "./packages.js";

/** What packages do not say in their `package.json`, from the text that lies beside it. */
const FROM_THEIR_TEXTS: Readonly<Record<string, string>> = { "unionfs@4.6.0": "Unlicense" };

/** They ask for their text and names to be kept. CC-BY-4.0 is of data, and asks for its source to be named. */
const PERMISSIVE = new Set([
  ...[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "CC-BY-4.0",
    "FTL",
    "HPND",
    "IJG",
  ],
  ...["ISC", "MIT", "Python-2.0", "Unlicense", "Zlib", "libpng-2.0", "libtiff"],
]);
const COPYLEFT = /^(A?GPL|LGPL|MPL|EPL|CDDL|EUPL|OSL|SSPL|CC-BY-SA|CC-BY-NC)/;
/** Terms of a vendor, read by whoever uses it: NVIDIA's allow use and redistribution with an application. */
const VENDORS = new Set(["LicenseRef-NVIDIA-Proprietary"]);

interface Obligation {
  readonly of: RegExp;
  /** What it means for whoever uses thaw or hands it on. */
  readonly means: string;
}

/** The copyleft that thaw has decided to live with. */
const ACCEPTED: readonly Obligation[] = [
  {
    of: /^@img\/sharp-(libvips-.*|wasm32|win32-.*)$/,
    means:
      "libvips and libraries within it, LGPL-3.0 or later, in a shared library of its own that sharp loads: it can be replaced. Using thaw asks nothing of anybody; whoever hands on an image or a bundle with it keeps the licence's text, says where its source is, and lets the library be exchanged. Within it cairo is under MPL-1.1, file by file: who changes its files hands on those changes.",
  },
];

export const licenceOf = ({
  name,
  version,
  licence,
}: Pick<Package, "name" | "version" | "licence">): string =>
  licence ?? FROM_THEIR_TEXTS[`${name}@${version}`] ?? "unknown";

const idsOf = (licence: string): readonly string[] => licence.replace(/[()]/g, "").split(/ AND | OR /);

/** Of `A OR B` one is enough; every part of `A AND B` counts. */
export function isCopyleft(licence: string): boolean {
  const isWeak = (id: string): boolean => COPYLEFT.test(id);
  return licence.includes(" OR ") ? idsOf(licence).every(isWeak) : idsOf(licence).some(isWeak);
}

const isKnown = (licence: string): boolean =>
  idsOf(licence).every((id) => PERMISSIVE.has(id) || VENDORS.has(id) || COPYLEFT.test(id));

/** @returns a sentence for each package whose licence nobody has looked at */
export function licenceProblems(
  packages: readonly Pick<Package, "name" | "version" | "licence">[],
): readonly string[] {
  return packages.flatMap((one) => {
    const licence = licenceOf(one);
    const id = `${one.name}@${one.version}`;
    if (!isKnown(licence)) return [`${id}: nobody has looked at its licence (${licence})`];
    if (isCopyleft(licence) && !ACCEPTED.some(({ of }) => of.test(one.name)))
      return [`${id}: it is copyleft (${licence}), and what that means for users is not said`];
    return [];
  });
}

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** The list as Markdown. */
export function licenceList(packages: readonly Package[]): string {
  const all = [
    ...packages.map((one) => ({ ...one, from: "npm", licence: licenceOf(one) })),
    ...COMPONENTS.map((one) => ({ ...one, from: one.registry })),
    ...BUNDLED.map(([name, version, licence]) => ({
      name,
      version,
      licence,
      from: `sharp-libvips ${BUNDLED_IN}`,
    })),
  ];
  const copyleft = all.filter(({ licence }) => isCopyleft(licence));
  const vendors = all.filter(({ licence }) => VENDORS.has(licence));
  const table = (rows: typeof all): readonly string[] => [
    row("name", "version", "licence", "from"),
    row("---", "---", "---", "---"),
    ...rows.map(({ name, version, licence, from }) => row(name, version, licence, from)),
  ];
  return [
    "# Licences",
    "Written by `node dist/test/supply/main.js` from `package-lock.json` and thaw's pins; [what it is for](README.md). thaw itself is under Apache-2.0.",
    "",
    "## Copyleft",
    ...ACCEPTED.map(({ means }) => means),
    "",
    ...table(copyleft),
    "",
    "## Terms of a vendor",
    "NVIDIA's libraries are fetched only for engines on NVIDIA GPUs, by the machine that uses them; thaw's own image for GPUs holds them, and whoever publishes such an image is bound by NVIDIA's terms for redistribution.",
    "",
    ...table(vendors),
    "",
    "## All",
    ...table(all),
    "",
  ].join("\n");
}
