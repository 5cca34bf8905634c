/** MobileNetV4-Conv against timm. */
import { testFamily } from "./support.js";

testFamily("mobilenetV4", 2);
