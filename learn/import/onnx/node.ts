/** An operator of a graph, as the file has it. */
import type { OnnxTensor } from "./tensors.js";

export interface OnnxNode {
  readonly operator: string;
  /** May be empty. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers: ReadonlyMap<string, readonly number[]>;
  readonly floats: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<string, string>;
  /** Numbers that are one attribute. */
  readonly lists: ReadonlyMap<string, readonly number[]>;
  /** Of a constant. */
  readonly tensor?: OnnxTensor;
}
