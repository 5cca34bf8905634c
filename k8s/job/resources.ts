/** What a pod's settings ask for, in the units of prices. */
import { amountIn } from "../../spec/pods/quantity.js";
import type { Resources } from "../../spec/records/usage.js";
import type { PodSettings } from "./settings.js";

const GI = 2 ** 30;

export function resourcesAsked({ resources, spot, node_selector }: PodSettings): Resources {
  return {
    cpus: amountIn(resources.cpu),
    memoryGiB: amountIn(resources.memory) / GI,
    gpus: resources.gpu,
    ...(spot === true ? { spot } : {}),
    ...(node_selector === undefined ? {} : { node: node_selector }),
  };
}
