/** Networks of `keras.applications`, whose files have names of their own, against Keras. */
import { test } from "node:test";
import { familyTests } from "../../unit/learn/families/support.js";

for (const [title, run] of familyTests("keras", 8)) test(title, run);
