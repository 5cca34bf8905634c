/**
 * Layers of a Keras model that scale pixels before its first convolution. What a `Normalization` does is in the file; of a
 * `Rescaling` there is at most an empty group, which says that there is one and not what it does.
 */
import { sizeOf } from "../../network/parameters.js";
import type { H5Dataset, H5File } from "../hdf5/file.js";

/** `(x − mean) / √variance` of what comes in. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

/** What stands before the convolutions of a model. */
export interface PixelLayers {
  /** Undefined stands for one of which the numbers are no three channels'. */
  readonly normalizations: readonly (Normalization | undefined)[];
  /** At least so many: where a file has no groups for layers without weights, none is seen. */
  readonly rescalings: number;
  /** Such layers of other models in the file, within one of which this one may lie. */
  readonly elsewhere: { readonly normalizations: number; readonly rescalings: number };
}

/** Groups that hold the layers of a model, and no layer of their own. */
export const CONTAINERS: ReadonlySet<string> = new Set(["layers", "_layer_checkpoint_dependencies"]);

const withinOf = (parts: readonly string[]): string =>
  parts.filter((part) => !CONTAINERS.has(part)).join(".");

interface Found {
  readonly within: string;
  readonly normalization?: { readonly mean: H5Dataset; readonly variance: H5Dataset };
}

/** @returns what a model in the file has, by the layers that it lies in, joined by dots */
export function pixelLayersOf(file: H5File): (within: string) => PixelLayers | undefined {
  const all = [...normalizationsIn(file), ...rescalingsIn(file)];
  if (all.length === 0) return () => undefined;
  const inAll = all.filter(({ normalization }) => normalization !== undefined).length;
  const byModel = new Map<string, Found[]>();
  for (const found of all) {
    const own = byModel.get(found.within) ?? [];
    own.push(found);
    byModel.set(found.within, own);
  }
  return (within) => {
    const own = byModel.get(within) ?? [];
    const normalizations = own.flatMap(({ normalization }) => normalization ?? []);
    const rescalings = own.length - normalizations.length;
    return {
      normalizations: normalizations.map((one) => numbersOf(file, one)),
      rescalings,
      elsewhere: {
        normalizations: inAll - normalizations.length,
        rescalings: all.length - inAll - rescalings,
      },
    };
  };
}

function numbersOf(
  file: H5File,
  { mean, variance }: NonNullable<Found["normalization"]>,
): Normalization | undefined {
  const [means, variances] = [threeOf(file, mean), threeOf(file, variance)];
  return means === undefined || variances === undefined ? undefined : { mean: means, variance: variances };
}

const CHANNELS = 3;

function threeOf(file: H5File, dataset: H5Dataset): readonly number[] | undefined {
  if (sizeOf(dataset.shape) !== CHANNELS) return undefined;
  return [...file.read(dataset).data];
}

/** `LAYER/mean:0` and `LAYER/variance:0`, or `layers/normalization/vars/0` and `…/1`: no other layer has these. */
function normalizationsIn({ datasets }: H5File): readonly Found[] {
  const layers = new Map<string, Map<string, H5Dataset>>();
  for (const dataset of datasets) {
    const own = layers.get(dataset.path.slice(0, -1).join("/")) ?? new Map<string, H5Dataset>();
    own.set((dataset.path.at(-1) ?? "").replace(/:\d+$/, ""), dataset);
    layers.set(dataset.path.slice(0, -1).join("/"), own);
  }
  return [...layers.values()].flatMap((own): readonly Found[] => {
    const [first] = own.values();
    const path = first?.path.slice(0, -1) ?? [];
    if (path.at(-1) === "vars") {
      const parts = path.slice(0, -1).flatMap((part) => part.split("\\"));
      const [mean, variance] = [own.get("0"), own.get("1")];
      const isOne = /^normalization(_\d+)?$/.test(parts.at(-1) ?? "");
      if (!isOne || mean === undefined || variance === undefined) return [];
      return [{ within: withinOf(parts.slice(0, -1)), normalization: { mean, variance } }];
    }
    const [mean, variance] = [own.get("mean"), own.get("variance")];
    if (mean === undefined || variance === undefined) return [];
    const plain = path[0] === "model_weights" ? path.slice(1) : path;
    const within = plain.at(-1) === plain[0] ? "" : plain.slice(0, -1).join(".");
    return [{ within, normalization: { mean, variance } }];
  });
}

function rescalingsIn({ groups }: H5File): readonly Found[] {
  return groups.flatMap((path): readonly Found[] => {
    const parts = path.flatMap((part) => part.split("\\")).filter((part) => part !== "model_weights");
    if (!/^rescaling(_\d+)?$/.test(parts.at(-1) ?? "")) return [];
    return [{ within: withinOf(parts.slice(0, -1)) }];
  });
}
