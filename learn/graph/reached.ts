/** What of a graph is computed for some of its outputs. */
import type { GraphNode } from "./savedModel.js";

/** The node that an output (`NAME`, `NAME:INDEX`) or an operation that has to come before (`^NAME`) belongs to. */
export function nodeOf(input: string): string {
  return input.replace(/^\^/, "").replace(/:\d+$/, "");
}

/** The nodes that the outputs depend on, themselves included, in the graph's order. @param nodes in an order in which inputs come first */
export function reachedNodes(nodes: readonly GraphNode[], outputs: readonly string[]): readonly GraphNode[] {
  const reached = new Set(outputs.map(nodeOf));
  // From the end: whoever reads a node stands behind it.
  for (const { name, input } of [...nodes].reverse()) {
    if (reached.has(name)) for (const read of input) reached.add(nodeOf(read));
  }
  return nodes.filter(({ name }) => reached.has(name));
}
