/** Graphs compiled to programs. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { scoped, sessions, tf } from "../../../../learn/engine.js";
import type { Graph } from "../../../../learn/graph/graph.js";
import { compile, type Program } from "../../../../learn/graph/program.js";
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

/** How many sessions are opened and closed from here on. */
function counted(context: TestContext) {
  const [open, close] = [context.mock.method(sessions, "open"), context.mock.method(sessions, "close")];
  return () => ({ opened: open.mock.callCount(), closed: close.mock.callCount() });
}

/** @param what makes it unlike all others */
const plus = (what: number) => (graph: Graph) => [add(graph, graph.input("x"), graph.floats([what]))];

function resultOf(program: Program, x: number): number | undefined {
  return scoped(() => program.run(() => tf.tensor1d([x]))[0]?.dataSync()[0]);
}

test("equal graphs share a session, side by side and one after the other, and others have their own", (context) => {
  const count = counted(context);
  const [one, same] = [compile(plus(0.25)), compile(plus(0.25))];
  assert.deepEqual(count(), { opened: 1, closed: 0 });
  assert.equal(resultOf(one, 1), 1.25);
  one.dispose();
  // Twice is as good as once: the other one goes on.
  one.dispose();
  assert.equal(resultOf(same, 2), 2.25);
  same.dispose();
  const [again, other] = [compile(plus(0.25)), compile(plus(0.75))];
  assert.deepEqual(count(), { opened: 2, closed: 0 });
  assert.deepEqual([resultOf(again, 3), resultOf(other, 3)], [3.25, 3.75]);
  // What is asked of a graph belongs to it.
  const two = compile((graph) => {
    const sum = add(graph, graph.input("x"), graph.floats([0.25]));
    return [sum, graph.input("x")];
  });
  assert.deepEqual(count(), { opened: 3, closed: 0 });
  for (const program of [again, other, two]) program.dispose();
});

test("sessions that nobody uses are closed: the oldest when there are many, and large ones at once", (context) => {
  const programs = Array.from({ length: 60 }, (_, what) => compile(plus(100 + what)));
  const count = counted(context);
  for (const program of programs) program.dispose();
  const { closed } = count();
  assert.ok(closed >= 30 && closed < 60, `${closed}`);
  compile(plus(100)).dispose();
  assert.equal(count().opened, 1, "the first of them is gone");
  compile(plus(159)).dispose();
  assert.equal(count().opened, 1, "the last of them is there");
  const before = count();
  const large = compile((graph) => [
    add(graph, graph.input("x"), graph.tensor(new Float32Array(2 ** 19), [2 ** 19])),
  ]);
  large.dispose();
  assert.deepEqual(count(), { opened: before.opened + 1, closed: before.closed + 1 });
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
