# Frozen pass and training step of the last layer group in PyTorch, as bench/rivals/architectures.ts measures thaw's.
# The step is that of thaw: from cached activations, batch norms in inference mode, label smoothing, clipping, AdamW.
# Both layouts of images are measured, channels first and last; the faster one counts, for each part by itself.
# Command: python bench/rivals/architectures.py OUT.jsonl [NAME...]; needs torch, torchvision and timm (CPU builds will do).
import json
import statistics
import sys
import time

import timm
import torch
import torch.nn.functional as F
import torchvision

BATCH, STEPS, WARM_UP, CLASSES = 32, 12, 2, 10
CLIP_NORM = 10


def blocks_of(name):
    """timm's inverted bottlenecks: the blocks before the last stage; that stage and what follows it."""

    def parts():
        m = timm.create_model(name)
        # MobileNetV3's and V4's layer above the pooling is a part of their classifier.
        above = [m.conv_head, m.bn2] if hasattr(m, "bn2") else []
        lower = [m.conv_stem, m.bn1, *list(m.blocks)[:-1]]
        return lower, [m.blocks[-1], *above]

    return parts


def mobilenetv4(name):
    def parts():
        m = timm.create_model(name)
        return [m.conv_stem, m.bn1, *list(m.blocks)[:-2]], list(m.blocks)[-2:]

    return parts


def mobilenetv3():
    m = timm.create_model("mobilenetv3_large_100")
    return [m.conv_stem, m.bn1, *list(m.blocks)[:-2]], list(m.blocks)[-2:]


def resnet(name):
    def parts():
        m = getattr(torchvision.models, name)()
        return [m.conv1, m.bn1, m.relu, m.maxpool, m.layer1, m.layer2, m.layer3], [m.layer4]

    return parts


def regnet(name):
    def parts():
        m = timm.create_model(name)
        return [m.stem, m.s1, m.s2, m.s3], [m.s4]

    return parts


def densenet():
    f = torchvision.models.densenet121().features
    children = list(f.children())
    # thaw's layer4 begins with the transition that halves the image.
    at = children.index(f.transition3)
    return children[:at], [*children[at:], torch.nn.ReLU()]


def inception():
    m = torchvision.models.inception_v3(init_weights=False, transform_input=False)
    children = [part for name, part in m.named_children() if name not in ("AuxLogits", "avgpool", "dropout", "fc")]
    at = children.index(m.Mixed_7a)
    return children[:at], children[at:]


def mobilenetv2():
    f = torchvision.models.mobilenet_v2().features
    # thaw's blocks.6 is the last inverted block, top what follows.
    return list(f)[:-2], list(f)[-2:]


def convnext(name):
    def parts():
        m = timm.create_model(name)
        return [m.stem, *list(m.stages)[:-1]], [m.stages[-1]]

    return parts


NETWORKS = {
    "mobilenetv2": (mobilenetv2, 224),
    "mobilenetv3-large": (mobilenetv3, 224),
    "mobilenetv4-conv-small": (mobilenetv4("mobilenetv4_conv_small"), 256),
    "mobilenetv4-conv-medium": (mobilenetv4("mobilenetv4_conv_medium"), 256),
    **{
        f"efficientnet-lite{n}": (blocks_of(f"tf_efficientnet_lite{n}"), size)
        for n, size in enumerate((224, 240, 260, 280, 300))
    },
    **{
        f"{prefix}efficientnet-b{n}": (blocks_of(f"{prefix.replace('-', '_')}efficientnet_b{n}"), size)
        for n, size in enumerate((224, 240, 288, 300))
        for prefix in ("", "tf-")
    },
    **{
        f"efficientnetv2-b{n}": (blocks_of(f"tf_efficientnetv2_b{n}"), size)
        for n, size in enumerate((224, 240, 260, 300))
    },
    **{name: (resnet(name), 224) for name in ("resnet18", "resnet34", "resnet50")},
    "resnext50-32x4d": (resnet("resnext50_32x4d"), 224),
    **{
        f"regnet{kind}-{size}": (regnet(f"regnet{kind}_{size}"), 224)
        for kind in "xy"
        for size in ("008", "016", "032")
    },
    "regnety-008-tv": (regnet("regnety_008_tv"), 224),
    "densenet121": (densenet, 224),
    "inception-v3": (inception, 299),
    **{
        f"convnext-{size}": (convnext(f"convnext_{size}"), 224) for size in ("atto", "femto", "pico", "nano", "tiny")
    },
}


def timed(run):
    times = []
    for _ in range(STEPS):
        started = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - started))
    settled = times[WARM_UP:]
    return {"median": statistics.median(settled), "fastest": min(settled)}


def measured(name, layout):
    parts, size = NETWORKS[name]
    lower, upper = (torch.nn.Sequential(*part).eval().to(memory_format=layout) for part in parts())
    x = torch.rand(BATCH, 3, size, size).to(memory_format=layout)

    def frozen():
        with torch.inference_mode():
            return upper(lower(x)).mean((2, 3))

    width = frozen().shape[1]
    with torch.no_grad():
        cached = lower(x)
    head = torch.nn.Linear(width, CLASSES)
    learnt = [*upper.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(learnt, lr=1e-3, weight_decay=0.01)
    labels = torch.arange(BATCH) % CLASSES

    def step():
        optimizer.zero_grad()
        features = F.dropout(upper(cached).mean((2, 3)), 0.2)
        F.cross_entropy(head(features), labels, label_smoothing=0.05).backward()
        torch.nn.utils.clip_grad_norm_(learnt, CLIP_NORM)
        optimizer.step()

    return {"frozen": timed(frozen), "step": timed(step)}


if __name__ == "__main__":
    out, *names = sys.argv[1:]
    for name in names or NETWORKS:
        layouts = [measured(name, layout) for layout in (torch.contiguous_format, torch.channels_last)]
        for part in layouts[0]:
            times = min((measures[part] for measures in layouts), key=lambda one: one["median"])
            with open(out, "a") as file:
                file.write(json.dumps({"by": "torch", "name": name, "part": part, **times}) + "\n")
