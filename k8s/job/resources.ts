/** What a pod's settings ask for, in the units of prices. */
import type { Resources } from "../../spec/records/usage.js";
import type { PodSettings } from "./settings.js";

const GI = 2 ** 30;
/** Suffixes of quantities that `spec/runFile/kubernetes.ts` allows. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: GI,
  Ti: 2 ** 40,
};

export function resourcesAsked({ resources, spot, node_selector }: PodSettings): Resources {
  return {
    cpus: amount(resources.cpu),
    memoryGiB: amount(resources.memory) / GI,
    gpus: resources.gpu,
    ...(spot === true ? { spot } : {}),
    ...(node_selector === undefined ? {} : { node: node_selector }),
  };
}

/** @param quantity as in a pod, for example `500m` or `8Gi` */
function amount(quantity: number | string): number {
  const [, number = "", unit = ""] = /^([\d.]+)(.*)$/.exec(String(quantity)) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
}
