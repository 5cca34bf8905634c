/** RegNetX, RegNetY and ResNeXt against torchvision and timm. */
import { test } from "node:test";
import { familyTests } from "../../unit/learn/families/support.js";

for (const [title, run] of familyTests("regnet", 10)) test(title, run);
