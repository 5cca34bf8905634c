/** RegNetX, RegNetY and ResNeXt against torchvision and timm. */
import { testFamily } from "./support.js";

testFamily("regnet", 10);
