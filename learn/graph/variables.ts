/**
 * Tensors that a session keeps from one run to the next: the weights under training never leave TensorFlow. What is read
 * before and after a change is said by the order of operations; nothing else orders them.
 */
import { attribute, type Graph, type Value } from "./graph.js";
import { nodeOf } from "./reached.js";

/** Where a float32 tensor is kept. It has no value before one is assigned. */
export type Variable = Value & { readonly kept: "float32" };

/** An operation that is there for what it changes; it gives nothing. */
export type Operation = string & { readonly brand: "operation" };

const dtype = attribute.float32;

/** @param name unique within the graph */
export function newVariable(graph: Graph, name: string): Variable {
  const attributes = {
    container: attribute.text(""),
    shared_name: attribute.text(name),
    dtype,
    shape: { shape: { unknownRank: true } },
  } as const;
  return graph.op("VarHandleOp", attributes, []) as Variable;
}

/** The tensor as it is when this runs. It shares the variable's memory until one of both changes. @param after operations that come first */
export function readVariable(graph: Graph, variable: Variable, after: readonly Operation[] = []): Value {
  return graph.op("ReadVariableOp", { dtype }, [variable, ...after.map(first)]);
}

export function assign(graph: Graph, variable: Variable, value: Value): Operation {
  return changing(graph, "AssignVariableOp", { dtype }, [variable, value]);
}

/** `variable ← variable − value`, in place. */
export function assignSubtract(graph: Graph, variable: Variable, value: Value): Operation {
  return changing(graph, "AssignSubVariableOp", { dtype }, [variable, value]);
}

/** An operation that changes variables. @param after operations that come first */
export function changing(
  graph: Graph,
  name: string,
  attributes: Parameters<Graph["op"]>[1],
  inputs: readonly Value[],
  after: readonly Operation[] = [],
): Operation {
  return graph.op(name, attributes, [...inputs, ...after.map(first)]) as string as Operation;
}

/** The value, once all of the operations are done. */
export function afterAll(graph: Graph, value: Value, operations: readonly Operation[]): Value {
  return graph.op("Identity", { T: dtype }, [value, ...operations.map(first)]);
}

/** The value, once another one is there. */
export function afterValue(graph: Graph, value: Value, other: Value): Value {
  return graph.op("Identity", { T: dtype }, [value, first(other)]);
}

/** An input of the graph in memory of TensorFlow's own: a variable must not lie in an array of JavaScript. */
export function copied(graph: Graph, input: Value): Value {
  return graph.op("DeepCopy", { T: dtype }, [input]);
}

/** The mark of an input that only has to be done. */
function first(done: string): Value {
  return `^${nodeOf(done)}` as Value;
}
