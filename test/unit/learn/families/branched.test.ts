/** DenseNet and Inception-v3, whose branches lie side by side, against torchvision and timm. */
import { testFamily } from "./support.js";

testFamily("branched", 4);
