/** MobileNetV4-Conv against timm. */
import { test } from "node:test";
import { familyTests } from "../../unit/learn/families/support.js";

for (const [title, run] of familyTests("mobilenetV4", 2)) test(title, run);
