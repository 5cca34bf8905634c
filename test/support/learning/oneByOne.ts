/**
 * A graph without TensorFlow's preparation: its operations run one after the other. To rewrite and plan the graph of a whole
 * network's step takes TensorFlow five times as long as to compute it once, and gives the same numbers.
 */
import { type Tensor, tf } from "../../../learn/engine.js";
import { type Graph, newGraph, type Value } from "../../../learn/graph/graph.js";
import type { Entries } from "../../../learn/graph/program.js";
import { reachedNodes } from "../../../learn/graph/reached.js";
import type { Attribute, GraphNode } from "../../../learn/graph/savedModel.js";

/** `TF_AttrType` of tensorflow/c/tf_attrtype.h. */
const KIND = { text: 0, integer: 1, float: 2, flag: 3, type: 4 } as const;

interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The part of tfjs-node's backend class that runs one operation. */
interface Operations {
  executeMultipleOutputs(
    operation: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

/** In the place of `compileEntries`. @param define returns the outputs of each entry */
export function oneByOne<Name extends string>(
  define: (graph: Graph) => Readonly<Record<Name, readonly Value[]>>,
): Entries<Name> {
  const graph = newGraph();
  const entries = define(graph);
  const inputs = new Map(graph.inputs.map((name) => [graph.input(name) as string, name]));
  const variables = new Map<string, Tensor>();
  return {
    run: (entry, feed) => {
      const outputs = entries[entry];
      const nodes = reachedNodes(graph.nodes, outputs);
      const counts = outputCounts(nodes, outputs);
      const values = new Map<string, Tensor>();
      const fed = new Set<Tensor>();
      for (const node of nodes) {
        const input = inputs.get(node.name);
        const [handle = "", assigned = ""] = node.input;
        if (input !== undefined) {
          const given = feed(input);
          fed.add(given);
          values.set(node.name, given);
        } else if (node.op === "ReadVariableOp") {
          values.set(node.name, tf.clone(made(variables, handle)));
        } else if (node.op === "AssignVariableOp") {
          variables.get(handle)?.dispose();
          variables.set(handle, tf.keep(tf.clone(made(values, assigned))));
        } else if (node.op !== "VarHandleOp") {
          const own =
            node.op === "Const" ? [constantOf(node)] : madeBy(node, values, counts.get(node.name) ?? 1);
          own.forEach((tensor, i) => {
            values.set(i === 0 ? node.name : `${node.name}:${i}`, tensor);
          });
        }
      }
      const asked = outputs.map((name) => made(values, name));
      for (const tensor of values.values()) if (!fed.has(tensor) && !asked.includes(tensor)) tensor.dispose();
      return asked;
    },
    dispose: () => tf.dispose([...variables.values()]),
  };
}

function made(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value === undefined) throw new Error(`nothing makes ${name}`);
  return value;
}

/** Of each node: one more than the last that somebody reads. */
function outputCounts(nodes: readonly GraphNode[], outputs: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...nodes.flatMap(valuesOf), ...outputs]) {
    const [node = "", index = "0"] = name.split(":");
    counts.set(node, Math.max(counts.get(node) ?? 1, Number(index) + 1));
  }
  return counts;
}

/** The inputs of a node, without what only has to come before it: everything comes in the graph's order. */
function valuesOf({ input }: Pick<GraphNode, "input">): readonly string[] {
  return input.filter((name) => !name.startsWith("^"));
}

function madeBy(
  { op, attr, input }: GraphNode,
  values: ReadonlyMap<string, Tensor>,
  read: number,
): readonly Tensor[] {
  const backend = tf.backend() as unknown as Operations;
  return backend.executeMultipleOutputs(
    op,
    Object.entries(attr).map(([name, attribute]) => operationAttribute(name, attribute)),
    valuesOf({ input }).map((name) => made(values, name)),
    ALL_OUTPUTS[op] ?? read,
  );
}

/** Operations give all that they have, read or not. */
const ALL_OUTPUTS: Readonly<Record<string, number>> = { FusedBatchNormV3: 6, FusedBatchNormGradV3: 5 };

function operationAttribute(name: string, attribute: Attribute): OperationAttribute {
  if ("type" in attribute) return { name, type: KIND.type, value: attribute.type };
  if ("s" in attribute) return { name, type: KIND.text, value: Buffer.from(attribute.s).toString() };
  if ("i" in attribute) return { name, type: KIND.integer, value: attribute.i };
  if ("f" in attribute) return { name, type: KIND.float, value: attribute.f };
  if ("b" in attribute) return { name, type: KIND.flag, value: attribute.b };
  if ("list" in attribute) return { name, type: KIND.integer, value: [...attribute.list.i] };
  throw new Error(`no operation of a network has an attribute like ${name}`);
}

/** Float32 or int32. */
function constantOf({ attr }: GraphNode): Tensor {
  const { value } = attr;
  if (value === undefined || !("tensor" in value)) throw new Error("a constant has a tensor");
  const { tensorContent, tensorShape, dtype } = value.tensor;
  const { buffer, byteOffset, byteLength } = tensorContent;
  const shape = tensorShape.dim.map(({ size }) => size);
  return dtype === 1
    ? tf.tensor(new Float32Array(buffer, byteOffset, byteLength / 4), shape, "float32")
    : tf.tensor(new Int32Array(buffer, byteOffset, byteLength / 4), shape, "int32");
}
