/** A graph that turns red and blue round is made for one of two orders: nobody guesses which. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { requireColourOrder } from "../../../../client/bases/importOnnxGraph.js";

test("a graph that turns red and blue round is asked about, and taken as it was said", () => {
  assert.throws(() => requireColourOrder("field.onnx", { turnsColours: true }, undefined), {
    code: "USAGE",
    message: /field\.onnx turns red and blue round before anything else/,
    hint: /--colour-order bgr .* --colour-order rgb/,
  });
  for (const said of ["bgr", "rgb"] as const)
    assert.doesNotThrow(() => requireColourOrder("field.onnx", { turnsColours: true }, said));
});

test("of any other graph red, green, blue is assumed", () => {
  assert.doesNotThrow(() => requireColourOrder("field.onnx", { turnsColours: false }, undefined));
});
