/** DenseNet and Inception-v3, whose branches lie side by side, against torchvision and timm. */
import { test } from "node:test";
import { familyTests } from "../../unit/learn/families/support.js";

for (const [title, run] of familyTests("branched", 4)) test(title, run);
