/** Names of the catalogue of published checkpoints: what stands for one of them on a command line, and its pin. */
import { stat } from "node:fs/promises";
import { KNOWN_BASES, knownBase, namesPublisher, searchKnown } from "../../learn/bases/known/known.js";
import { type KnownBase, ownNameOf } from "../../learn/bases/known/knownBase.js";
import { ONNX } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { ensureBucket, type Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listBaseNames, listBaseVersions, readBase } from "../../store/records/bases.js";
import { nearest } from "../nearest.js";
import type { FetchOptions } from "./checkpointSource.js";
import type { AddBase } from "./registry.js";

export type { KnownBase };

/** Without a word, all. */
export const searchKnownBases = (words: readonly string[]): readonly KnownBase[] => searchKnown(words);

/** What the user says of a base; the catalogue knows the rest of one of its own. */
export type AskedBase = Omit<AddBase, "name" | "architecture" | "known"> &
  Partial<Pick<AddBase, "name" | "architecture">>;

/** How sure it is that the file is the publisher's. */
export type Pin =
  /** Its publisher tells the digest, or its first digits. */
  | { readonly by: "publisher"; readonly digits: string }
  /** It was added before: the digest that it had then. */
  | { readonly by: "first use"; readonly base: string; readonly digits: string }
  /** Nobody tells: what comes now is what later ones have to be. */
  | { readonly by: "nobody" };

export interface CompletedBase {
  readonly request: AddBase;
  /** Absent for a file of the user's own. */
  readonly known?: { readonly base: KnownBase; readonly pin: Pin };
  /** What the file has to be. */
  readonly fetching: Pick<FetchOptions, "sha256" | "otherwise">;
}

/**
 * What is to be added, all of it said. A file that lies there is the user's own, whatever its name.
 * @param sha256 that the user asks for
 * @param find the catalogue's entry of a name
 * @throws ThawError USAGE (no name or architecture, or one for a base that has its own), BASE_UNKNOWN (no such name), NOT_FOUND
 *   (its publisher has no address), STORE_…
 */
export async function completeBase(
  store: Store,
  asked: AskedBase,
  sha256?: string,
  find: (name: string) => KnownBase | undefined = knownBase,
): Promise<CompletedBase> {
  const { from } = asked;
  const isFile = (await stat(from).catch(() => undefined))?.isFile() === true;
  const base = isFile ? undefined : find(from);
  if (base === undefined) {
    if (!isFile && namesPublisher(from)) throw unknownName(from);
    return { request: ownFile(asked), fetching: sha256 === undefined ? {} : { sha256 } };
  }
  const request = ofCatalogue(base, asked);
  await ensureBucket(store);
  const pin = await pinOf(store, base);
  if (sha256 !== undefined) return { request, known: { base, pin }, fetching: { sha256 } };
  if (pin.by === "nobody") return { request, known: { base, pin }, fetching: {} };
  const otherwise =
    pin.by === "publisher"
      ? "its publisher tells another digest: do not use this file; if the publisher has replaced it, download it yourself and add the file"
      : `${pin.base} was added from the same address with another file: if you trust the new one, give its digest with --sha256`;
  return { request, known: { base, pin }, fetching: { sha256: pin.digits, otherwise } };
}

function ofCatalogue(base: KnownBase, asked: AskedBase): AddBase {
  const { from, architecture, output, weights: _weights, ...own } = asked;
  for (const [option, value] of [
    ["--arch", architecture === base.architecture ? undefined : architecture],
    ["--output", output],
  ] as const) {
    if (value === undefined) continue;
    throw new ThawError("USAGE", `${base.name} is of the catalogue, which knows its ${option.slice(2)}`, {
      hint: `leave ${option} out`,
    });
  }
  if (base.url === undefined) {
    throw new ThawError("NOT_FOUND", `${base.name} has no address that thaw could ask`, {
      hint: base.byHand ?? "download it, and add the file",
    });
  }
  const { pixelScale, inputSize, view, normEpsilon, prefix, source, licence, pretrainedOn } = base;
  return {
    known: base.name,
    name: ownNameOf(base),
    architecture: base.architecture,
    source,
    licence,
    domain: pretrainedOn,
    ...(pixelScale === undefined ? {} : { pixelScale }),
    ...(inputSize === undefined ? {} : { size: inputSize }),
    ...(view === undefined ? {} : { view }),
    ...(normEpsilon === undefined ? {} : { normEpsilon }),
    ...(prefix === undefined ? {} : { prefix }),
    ...own,
    ...(asked.weights === undefined ? {} : { weights: asked.weights }),
    from: base.url,
  };
}

/** Of an ONNX file nothing need be said: what it is made of is in it. */
function ownFile({ name, architecture: stated, ...asked }: AskedBase): AddBase {
  const [path = ""] = asked.from.split("?");
  const architecture = stated ?? (path.toLowerCase().endsWith(".onnx") ? ONNX : undefined);
  if (name !== undefined && architecture !== undefined) return { ...asked, name, architecture };
  const missing = [
    ...(name === undefined ? ["--name"] : []),
    ...(architecture === undefined ? ["--arch"] : []),
  ];
  throw new ThawError("USAGE", `${missing.join(" and ")} must be given for ${asked.from}`, {
    hint: "only names of the catalogue need neither: `thaw bases search` lists them",
  });
}

function unknownName(from: string): ThawError {
  const close = nearest(
    from,
    KNOWN_BASES.map(({ name }) => name),
  );
  const guess = close.length === 0 ? "" : `did you mean ${close.join(" or ")}? `;
  const [publisher = ""] = from.split("/");
  return new ThawError("BASE_UNKNOWN", `${from} is neither a file nor a name of the catalogue`, {
    hint: `${guess}\`thaw bases search ${publisher.toLowerCase()}\` lists what there is`,
  });
}

/** Every version that was ever added of it says what its file was; the oldest counts. */
async function pinOf(store: Store, { name, sha256 }: KnownBase): Promise<Pin> {
  for (const base of await listBaseNames(store)) {
    for (const version of await listBaseVersions(store, base)) {
      const found = await unlessDamaged(readBase(store, base, version), []);
      if (found?.known !== name) continue;
      return { by: "first use", base: `${base}@${version}`, digits: found.checkpoint.digest };
    }
  }
  return sha256 === undefined ? { by: "nobody" } : { by: "publisher", digits: sha256 };
}
