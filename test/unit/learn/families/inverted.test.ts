/** MobileNetV3, EfficientNet, EfficientNetV2 and the larger EfficientNet-Lites against torchvision and timm. */
import { testFamily } from "./support.js";

testFamily("inverted", 17);
