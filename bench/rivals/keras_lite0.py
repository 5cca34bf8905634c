"""EfficientNet-Lite0 without its classifier as a Keras functional model, with the weights of the PyTorch port."""

import keras
import numpy as np
from keras import layers

# Repeats and stride of the first block of each stage: table 1 of the EfficientNet paper.
STAGES = [(1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1)]
EPSILON = 1e-3


def weights_in(checkpoint):
    """Of PyTorch's file, or of NumPy's with the same names: the whole job need not wait for the other framework."""
    if checkpoint.endswith(".npz"):
        return dict(np.load(checkpoint))
    import torch

    return {name: tensor.numpy() for name, tensor in torch.load(checkpoint, map_location="cpu").items()}


def lite0(checkpoint):
    """Outputs [batch, 7, 7, 1280] for [batch, 224, 224, 3] pixels scaled as the base wants them."""
    weights = weights_in(checkpoint)
    pending = []

    def unit(x, conv, norm, stride, activate=True):
        kernel = weights[f"{conv}.weight"]
        depthwise = kernel.shape[1] == 1 and kernel.shape[0] == x.shape[-1] and "depthwise" in conv
        size = kernel.shape[2]
        options = dict(strides=stride, padding="same", use_bias=False)
        layer = layers.DepthwiseConv2D(size, **options) if depthwise else layers.Conv2D(kernel.shape[0], size, **options)
        x = layer(x)
        batch_norm = layers.BatchNormalization(epsilon=EPSILON)
        x = batch_norm(x)
        order = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
        pending.append((layer, [kernel.transpose(order)]))
        names = ("weight", "bias", "running_mean", "running_var")
        pending.append((batch_norm, [weights[f"{norm}.{name}"] for name in names]))
        return layers.ReLU(6.0)(x) if activate else x

    inputs = keras.Input((224, 224, 3))
    x = unit(inputs, "_conv_stem", "_bn0", 2)
    index = 0
    for repeats, first_stride in STAGES:
        for repeat in range(repeats):
            block, before = f"_blocks.{index}", x
            if f"{block}._expand_conv.weight" in weights:
                x = unit(x, f"{block}._expand_conv", f"{block}._bn0", 1)
            x = unit(x, f"{block}._depthwise_conv", f"{block}._bn1", first_stride if repeat == 0 else 1)
            x = unit(x, f"{block}._project_conv", f"{block}._bn2", 1, activate=False)
            if before.shape == x.shape:
                x = layers.Add()([x, before])
            index += 1
    x = unit(x, "_conv_head", "_bn1", 1)
    model = keras.Model(inputs, x)
    for layer, values in pending:
        layer.set_weights(values)
    return model
