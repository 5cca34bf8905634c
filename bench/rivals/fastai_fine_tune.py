"""fastai's own `fine_tune(10)` with its defaults: timm's tf_efficientnet_lite0 as the body, the default head
(concatenated pooling, two linear layers with batch norm and dropout), `aug_transforms()` (flips only where they keep
the label), one frozen epoch at 2e-3, then ten epochs with rates of 1e-5 (body) to 1e-3 (head), one-cycle, Adam,
batch norm trained along. Batches of 32 as the others have, where fastai's default of 64 would leave three steps an epoch.
The last epoch's weights are taken, as fastai does.
    python fastai_fine_tune.py RESULTS FOLDER… [THREADS=2] [STEPS=N]
With STEPS so many steps of each part are timed, and the times of all of them computed from that: there is no accuracy.
"""

import sys

import fastai.callback.channelslast  # noqa: F401 (gives the learner `to_channelslast`)
import numpy as np
import torch
from fastai.vision.all import (
    Callback, CategoryBlock, DataBlock, ImageBlock, IndexSplitter, Normalize, Resize, ShortEpochCallback, accuracy,
    aug_transforms, params, set_seed, vision_learner,
)
from split import SIZE, Split, Steps, append, now, option

BATCH = 32
EPOCHS = 10
REPEATS = [1, 2, 2, 3, 3, 4, 1]


def timm_names(weights):
    """The port's state dict under timm's names, without the classifier."""
    renamed = {}

    def move(conv, norm, to_conv, to_norm):
        renamed[f"{to_conv}.weight"] = weights[f"{conv}.weight"]
        for name in ("weight", "bias", "running_mean", "running_var"):
            renamed[f"{to_norm}.{name}"] = weights[f"{norm}.{name}"]

    move("_conv_stem", "_bn0", "conv_stem", "bn1")
    move("_conv_head", "_bn1", "conv_head", "bn2")
    index = 0
    for stage, repeats in enumerate(REPEATS):
        for repeat in range(repeats):
            own, to = f"_blocks.{index}", f"blocks.{stage}.{repeat}"
            if f"{own}._expand_conv.weight" in weights:
                parts = [("_expand_conv", "_bn0", "conv_pw"), ("_depthwise_conv", "_bn1", "conv_dw"),
                         ("_project_conv", "_bn2", "conv_pwl")]
            else:
                parts = [("_depthwise_conv", "_bn1", "conv_dw"), ("_project_conv", "_bn2", "conv_pw")]
            for number, (conv, norm, to_conv) in enumerate(parts, 1):
                move(f"{own}.{conv}", f"{own}.{norm}", f"{to}.{to_conv}", f"{to}.bn{number}")
            index += 1
    return renamed


def body_and_head(model):
    """fastai's default groups: the pretrained body, and the new head."""
    return [params(model[0]), params(model[1])]


class Timer(Callback):
    """Times of the steps and of the validation, by fit: the frozen one, the unfrozen one."""

    def __init__(self):
        self.fits = []

    def before_fit(self):
        self.fits.append((Steps(), Steps()))

    def after_batch(self):
        if self.training:
            self.fits[-1][0].ended()

    def before_validate(self):
        self.fits[-1][1].ended()

    def after_validate(self):
        self.fits[-1][1].ended()


def trained(learn, counted):
    """Trains, or only so many steps. @returns what it takes, and what was spent here, each on the clock and of the processor"""
    started = now()
    with learn.no_bar(), learn.no_logging():
        if counted is None:
            learn.fine_tune(EPOCHS)
            return now() - started, now() - started
        steps, timer = len(learn.dls.train), Timer()
        with learn.added_cbs([ShortEpochCallback(counted / steps, short_valid=False), timer]):
            learn.fine_tune(1)
    took = 0
    for epochs, (of_steps, validating) in zip((1, EPOCHS), timer.fits, strict=True):
        took = took + epochs * (steps * of_steps.each() + validating.ends[1] - validating.ends[0])
    return took, now() - started


def run(folder, results, counted):
    split = Split(folder)
    set_seed(split.seed, reproducible=True)
    scale = [split.mean / 255] * 3, [split.deviation / 255] * 3
    images = split.of("train") + split.of("validation")
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock(vocab=list(range(len(split.classes))))),
        get_x=lambda i: split.folder / split.images[i]["file"],
        get_y=lambda i: split.images[i]["label"],
        # Plain views have that size.
        item_tfms=Resize(SIZE) if split.checked else None,
        splitter=IndexSplitter(range(len(split.of("train")), len(images))),
        batch_tfms=[*aug_transforms(do_flip=split.flip), Normalize.from_stats(*scale, cuda=False)],
    )
    dls = block.dataloaders(images, bs=BATCH, num_workers=0, device=torch.device("cpu"))
    learn = vision_learner(
        dls, "tf_efficientnet_lite0", pretrained=False, normalize=False, metrics=accuracy, splitter=body_and_head
    )
    body = learn.model[0].model
    misfits = body.load_state_dict(timm_names(torch.load(split.checkpoint, map_location="cpu")), strict=False)
    assert not misfits.unexpected_keys and all(name.endswith("num_batches_tracked") for name in misfits.missing_keys)
    learn.model.eval()
    with torch.no_grad():
        x = torch.from_numpy(split.first_scaled().transpose(0, 3, 1, 2))
        difference = split.check(body.forward_features(x).mean((2, 3)).numpy())

    # The same sums in another order of memory, in half the time on these processors.
    learn.to_channelslast(use_amp=False)
    took, spent = trained(learn, counted)
    held = split.of("test")
    with learn.no_bar():
        predictions, _ = learn.get_preds(dl=dls.test_dl(held))
    right = float(np.mean(predictions.argmax(1).numpy() == split.labels(held)))
    print(split.set, split.seed, "fine_tune", right, round(took[0]), flush=True)
    if split.checked is not None:
        torch.save(learn.model.state_dict(), split.folder / "model.pth")
    append(
        results, who="fastai", set=split.set, seed=split.seed, **({} if counted else {"accuracy": right}),
        seconds=took[0], processorSeconds=took[1], spentSeconds=spent[0], spentProcessorSeconds=spent[1],
        difference=difference,
    )


if __name__ == "__main__":
    torch.set_num_threads(option(sys.argv, "THREADS") or 2)
    results, *folders = [a for a in sys.argv[1:] if "=" not in a]
    for folder in folders:
        run(folder, results, option(sys.argv, "STEPS"))
