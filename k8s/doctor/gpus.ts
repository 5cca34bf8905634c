/** Whether some node has the GPUs that a run's pod asks for. */
import type { V1Node } from "@kubernetes/client-node";
import { answered } from "../answered.js";
import type { Cluster } from "../connect.js";
import type { PodSettings } from "../job/settings.js";
import { type Check, failed } from "./check.js";

type Wanted = Pick<PodSettings, "resources" | "node_selector">;

export async function checkGpus(cluster: Cluster, wanted: Wanted): Promise<Check> {
  try {
    const { items } = await answered(cluster, "listing nodes", () => cluster.core.listNode());
    return gpuCheck(items, wanted);
  } catch (error) {
    // Nodes belong to no namespace; many people may not see them.
    return failed({ name: "GPUs", purpose: "nodes that training pods fit on" }, error, "optional");
  }
}

/** What the nodes offer, busy GPUs included. */
export function gpuCheck(nodes: readonly V1Node[], { resources, node_selector = {} }: Wanted): Check {
  const { gpu, gpu_resource } = resources;
  const found = { name: "GPUs", purpose: "nodes that training pods fit on" };
  const fitting = nodes.filter(
    ({ spec, metadata }) =>
      spec?.unschedulable !== true &&
      Object.entries(node_selector).every(([key, value]) => metadata?.labels?.[key] === value),
  );
  const counts = fitting.map((node) => Number(node.status?.allocatable?.[gpu_resource] ?? 0));
  const having = counts.filter((count) => count > 0);
  const total = having.reduce((sum, count) => sum + count, 0);
  const where = `${total} ${gpu_resource} on ${having.length} of ${nodes.length} nodes`;
  if (gpu === 0) return { ...found, state: "ok", where: `${fitting.length} of ${nodes.length} nodes` };
  if (counts.some((count) => count >= gpu)) return { ...found, state: "ok", where };
  const selector = Object.entries(node_selector).map(([key, value]) => `${key}=${value}`);
  const which = selector.length === 0 ? "no node" : `no node with ${selector.join(", ")}`;
  return {
    ...found,
    state: "missing",
    where,
    problem: `${which} has ${gpu} ${gpu_resource} to give`,
    fix: "install the GPU's device plugin, or correct kubernetes.resources and node_selector; nodes that an autoscaler adds are not seen before",
  };
}
