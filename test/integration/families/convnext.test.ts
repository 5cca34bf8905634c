/** ConvNeXt, whose features are normalized after the pooling, against timm and torchvision. */
import { test } from "node:test";
import { familyTests } from "../../unit/learn/families/support.js";

for (const [title, run] of familyTests("convnext", 6)) test(title, run);
