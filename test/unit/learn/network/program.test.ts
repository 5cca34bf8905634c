/** Graphs compiled to programs. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { scoped, tf } from "../../../../learn/engine.js";
import { compile } from "../../../../learn/graph/program.js";
import { add, identity, multiply } from "../../../../learn/network/arithmetic.js";
import { evaluateGraph, temporaryFolder } from "../support.js";

test("an input that is asked for twice is fed once", () => {
  const { twice } = evaluateGraph({ x: { values: [1, 2], shape: [2] } }, (graph) => ({
    twice: add(graph, graph.input("x"), graph.input("x")),
  }));
  assert.deepEqual([...twice], [2, 4]);
});

test("one program runs with inputs of any shape, and constants broadcast", () => {
  const program = compile((graph) => [multiply(graph, graph.input("x"), graph.floats([3]))]);
  for (const shape of [[2], [2, 2], [1, 3]]) {
    const values = scoped(() => {
      const [y] = program.run(() => tf.ones(shape));
      return [...(y?.dataSync() ?? [])];
    });
    assert.deepEqual(values, new Array(shape.reduce((a, b) => a * b, 1)).fill(3));
  }
  program.dispose();
});

test("an operation that TensorFlow does not know is an error, and no file is left", async (context) => {
  const folder = await temporaryFolder(context);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  context.after(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  assert.throws(
    () => compile((graph) => [graph.op("NoSuchOperation", {}, [graph.input("x")])]),
    /NoSuchOperation/,
  );
  const program = compile((graph) => [identity(graph, graph.input("x"))]);
  program.dispose();
  assert.deepEqual(readdirSync(folder), []);
});

test("a scope disposes of its tensors, whatever happens in it", () => {
  const before = tf.memory().numTensors;
  assert.equal(
    scoped(() => tf.add(tf.scalar(1), tf.scalar(2)).dataSync()[0]),
    3,
  );
  assert.throws(() =>
    scoped(() => {
      tf.scalar(1);
      throw new Error("stop");
    }),
  );
  assert.equal(tf.memory().numTensors, before);
});
