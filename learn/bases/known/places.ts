/** Scenes: the PyTorch models that the README of CSAILVision/places365 names, with its licence and its demo's transforms. */
import type { KnownBase } from "./knownBase.js";

const FOLDER = "http://places2.csail.mit.edu/models_places365/";

const places = (architecture: string): KnownBase => ({
  name: `places365/${architecture}`,
  url: `${FOLDER}${architecture}_places365.pth.tar`,
  architecture,
  domain: "scenes: rooms, streets, landscapes",
  classes: 365,
  source: `${FOLDER}${architecture}_places365.pth.tar`,
  licence: "CC-BY (credit the Places project)",
  pretrainedOn: "Places365-Standard (1.8 million pictures of 365 kinds of scenes)",
  // The demo resizes to a square of 256 pixels; thaw keeps the proportions.
  note: "its publisher gives an address without TLS and no digest: whoever is on the way could change the file",
});

export const PLACES365: readonly KnownBase[] = [places("resnet18"), places("resnet50")];
