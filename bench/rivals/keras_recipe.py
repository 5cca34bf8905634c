"""The two stages of the Keras guide "Transfer learning & fine-tuning" (keras.io/guides/transfer_learning, F. Chollet):
frozen base in inference mode, average pooling, dropout 0.2, dense layer, Adam at its default rate for 20 epochs; then
the whole base unfrozen, batch norm still in inference mode, Adam at 1e-5 for 10 epochs. Random flips where they keep
the label, random rotations by up to a tenth of a turn. Unlike the guide's example, which caches the augmented images,
every epoch draws new ones. The last epoch's weights are taken: the guide's code restores no others.
    python keras_recipe.py RESULTS FOLDER… [THREADS=2] [STEPS=N]
With STEPS so many steps of each stage are timed, and the times of all of them computed from that: there is no accuracy.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import tensorflow as tf
from keras import layers
from keras_lite0 import lite0
from split import Split, Steps, WARM_UP, append, now, option

BATCH = 32
FROZEN_EPOCHS, WHOLE_EPOCHS = 20, 10


def batches(split, name, model=None):
    """Batches of a split; with a model of random changes they are drawn anew every epoch."""
    indices = split.of(name)
    data = tf.data.Dataset.from_tensor_slices(
        (split.pixels(indices).astype("float32"), split.labels(indices))
    )
    if model is None:
        return data.batch(BATCH)
    data = data.shuffle(len(indices), seed=split.seed, reshuffle_each_iteration=True).batch(BATCH)
    return data.map(lambda x, y: (model(x, training=True), y)).prefetch(1)


def trained(model, train, validation, epochs, counted):
    """Trains, or only so many steps. @returns what it takes, and what was spent here, each on the clock and of the processor"""
    started = now()
    if counted is None:
        model.fit(train, epochs=epochs, validation_data=validation, verbose=0)
        return now() - started, now() - started
    model.fit(train, steps_per_epoch=WARM_UP, epochs=1, validation_data=validation, verbose=0)
    begun, steps = now(), Steps()
    timer = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.ended())
    model.fit(train.repeat(), steps_per_epoch=counted, epochs=1, callbacks=[timer], verbose=0)
    validating = now()
    model.evaluate(validation, verbose=0)
    of_validation = now() - validating
    start = begun - started - WARM_UP * steps.each() - of_validation
    return start + epochs * (len(train) * steps.each() + of_validation), now() - started


def run(folder, results, counted):
    split = Split(folder)
    keras.utils.set_random_seed(split.seed)
    base = lite0(split.checkpoint)
    pooled = keras.Sequential([base, layers.GlobalAveragePooling2D()])
    difference = split.check(pooled(split.first_scaled(), training=False))

    flips = [layers.RandomFlip("horizontal", seed=split.seed)] if split.flip else []
    augmentation = keras.Sequential([*flips, layers.RandomRotation(0.1, seed=split.seed)])
    inputs = keras.Input((224, 224, 3))
    x = layers.Rescaling(1 / split.deviation, offset=-split.mean / split.deviation)(inputs)
    x = layers.GlobalAveragePooling2D()(base(x, training=False))
    outputs = layers.Dense(len(split.classes))(layers.Dropout(0.2)(x))
    model = keras.Model(inputs, outputs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    train, validation, test = batches(split, "train", augmentation), batches(split, "validation"), batches(split, "test")
    took, spent = 0, 0
    accuracies = []
    for trainable, rate, epochs in ((False, 1e-3, FROZEN_EPOCHS), (True, 1e-5, WHOLE_EPOCHS)):
        base.trainable = trainable
        model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
        of_stage, spent_here = trained(model, train, validation, epochs, counted)
        took, spent = took + of_stage, spent + spent_here
        # Of a whole job, only what it ends with is looked at.
        if split.checked is None or trainable:
            accuracies.append(float(model.evaluate(test, verbose=0)[1]))
            print(split.set, split.seed, "whole" if trainable else "frozen", accuracies[-1], round(took[0]), flush=True)
    if split.checked is not None:
        model.save(split.folder / "model.keras")
    known = {} if counted else {"accuracy": accuracies[-1], **({"frozen": accuracies[0]} if accuracies[1:] else {})}
    append(
        results, who="keras", set=split.set, seed=split.seed, **known, seconds=took[0], processorSeconds=took[1],
        spentSeconds=spent[0], spentProcessorSeconds=spent[1], difference=difference,
    )


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(option(sys.argv, "THREADS") or 2)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    results, *folders = [a for a in sys.argv[1:] if "=" not in a]
    for folder in folders:
        run(folder, results, option(sys.argv, "STEPS"))
        keras.backend.clear_session()
