/** MobileNetV3, EfficientNet, EfficientNetV2 and the larger EfficientNet-Lites against torchvision and timm. */
import { test } from "node:test";
import { familyTests } from "../../unit/learn/families/support.js";

for (const [title, run] of familyTests("inverted", 19)) test(title, run);
