/** The words of the report that not everybody knows, each in one sentence. */

/** As they stand in texts, in small letters; longer ones before shorter ones that they begin with. */
export const GLOSSARY: Readonly<Record<string, string>> = {
  "balanced accuracy":
    "Mean of the classes' recalls: every class counts the same, however many images it has.",
  "95 % interval":
    "Range that holds the true value in 95 of 100 such measurements; it shrinks with more images.",
  "macro f1": "Mean over the classes of F1, which is high only where precision and recall both are.",
  "macro auc": "Mean over the classes of the area under the ROC curve: 1 is perfect, 0.5 is guessing.",
  "average precision": "Area under the curve of precision over recall: 1 is perfect.",
  precision: "Of the images that are given a class, the share that are of it.",
  recall: "Of the images of a class, the share that are given it.",
  "calibration error":
    "How far confidence and accuracy are apart on average: 0 where 80 % sure means 80 % right.",
  "brier score": "Squared distance between the probabilities and the truth; 0 is perfect.",
  temperature:
    "Number that the model's outputs are divided by, so that its confidences are right on average.",
  "mcnemar's test": "Whether two models differ, from the images on which only one of them is right.",
  "sign-flip test": "Whether losses fell by more than chance, by exchanging the two models at random.",
  "permutation test": "How often shuffled labels would do as well: a small p means that it is no chance.",
  "cross-validated": "Trained on parts of the images and judged on the part left out, in turn.",
  "frozen base": "The pretrained network without its last layer, with weights that are not changed.",
  "learning rate": "How large the steps of the training are.",
  "validation images": "Images that nothing is trained on, by which stages and settings are chosen.",
  "test images": "Images that had no part in training or choosing, looked at once at the end.",
  "linear probe": "A simple classifier on the base's features: what they are worth without fine-tuning.",
  "domain distance":
    "How unlike the images are to those that the base was pretrained on; 0 is just like them.",
  logme: "Estimate of how well the base's features explain the labels; higher is better.",
  "h-score": "Another such estimate; higher is better.",
  "fine-tuning": "Training layers of the pretrained network further, on the new images.",
};
