/** ResNet, MobileNetV2 and the smaller EfficientNet-Lites against torchvision and timm. */
import { test } from "node:test";
import { familyTests } from "../../unit/learn/families/support.js";

for (const [title, run] of familyTests("residual", 7)) test(title, run);
