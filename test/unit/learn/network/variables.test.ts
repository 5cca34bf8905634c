/** Variables of a session: whose memory they lie in, what a read one holds, and that sessions keep them apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scoped, type Tensor, tf } from "../../../../learn/engine.js";
import { compileEntries } from "../../../../learn/graph/program.js";
import {
  afterAll,
  assign,
  assignSubtract,
  copied,
  newVariable,
  readVariable,
} from "../../../../learn/graph/variables.js";
import { multiply } from "../../../../learn/network/arithmetic.js";

/** One variable that can be written, read, and lessened in place. */
function counter() {
  return compileEntries((graph) => {
    const variable = newVariable(graph, "kept");
    const before = readVariable(graph, variable);
    const done = graph.number(0);
    const lessened = assignSubtract(graph, variable, multiply(graph, before, graph.input("share")));
    return {
      write: [afterAll(graph, done, [assign(graph, variable, copied(graph, graph.input("value")))])],
      lessen: [afterAll(graph, done, [lessened])],
      both: [before, readVariable(graph, variable, [lessened])],
      read: [before],
    };
  });
}

const numbers = (outputs: readonly Tensor[]): number[][] => outputs.map((tensor) => [...tensor.dataSync()]);

test("a variable is no view of the array that it was given, nor the array of it", () => {
  const program = counter();
  scoped(() => {
    const given = Float32Array.of(1, 2, 4, 8, 16, 32, 64, 128);
    program.run("write", () => tf.tensor1d(given));
    program.run("lessen", () => tf.scalar(0.5));
    assert.deepEqual([...given], [1, 2, 4, 8, 16, 32, 64, 128]);
    given.fill(-1);
    assert.deepEqual(numbers(program.run("read", () => tf.scalar(0))), [[0.5, 1, 2, 4, 8, 16, 32, 64]]);
  });
  program.dispose();
});

test("what was read stays as it was when the variable changes, and order is what was said", () => {
  const program = counter();
  scoped(() => {
    program.run("write", () => tf.tensor1d([3, -3]));
    const early = program.run("read", () => tf.scalar(0));
    const both = program.run("both", () => tf.scalar(1 / 3));
    program.run("lessen", () => tf.scalar(1));
    assert.deepEqual(numbers(early), [[3, -3]]);
    assert.deepEqual(numbers(both), [
      [3, -3],
      [2, -2],
    ]);
    assert.deepEqual(numbers(program.run("read", () => tf.scalar(0))), [[0, 0]]);
  });
  program.dispose();
});

test("sessions keep variables of one name apart, and one that was never written is an error", () => {
  const [one, other] = [counter(), counter()];
  scoped(() => {
    one.run("write", () => tf.tensor1d([1]));
    assert.throws(() => other.run("read", () => tf.scalar(0)), /kept/);
    other.run("write", () => tf.tensor1d([2]));
    assert.deepEqual(numbers(one.run("read", () => tf.scalar(0))), [[1]]);
    one.dispose();
    assert.deepEqual(numbers(other.run("read", () => tf.scalar(0))), [[2]]);
  });
  other.dispose();
});

test("a run asks for the inputs of its own outputs only", () => {
  const program = counter();
  const asked: string[] = [];
  const feed = (input: string): Tensor => {
    asked.push(input);
    return tf.tensor1d([1]);
  };
  scoped(() => {
    program.run("write", feed);
    program.run("read", feed);
    program.run("lessen", feed);
  });
  assert.deepEqual(asked, ["value", "share"]);
  program.dispose();
});

test("a value cannot be defined under the name of an input that somebody has", () => {
  const both = () =>
    compileEntries((graph) => {
      const x = graph.input("x");
      graph.define("x", graph.number(1));
      return { all: [x] };
    });
  assert.throws(both, /x is an input of the graph already/);
});
