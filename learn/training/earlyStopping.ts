/** Early stopping on the validation loss (Prechelt, "Early stopping – but when?", 1998). */

/** All of its state; part of a checkpoint. */
export interface EarlyStopping {
  readonly bestLoss: number;
  /** Epoch of the best loss, from 1; 0 before any. */
  readonly bestEpoch: number;
  /** Epochs since then. */
  readonly waited: number;
}

export const noEpochYet: EarlyStopping = { bestLoss: Number.POSITIVE_INFINITY, bestEpoch: 0, waited: 0 };

/** The state after one more epoch. A loss that is not a number never counts as better. */
export function afterEpoch(state: EarlyStopping, epoch: number, validationLoss: number): EarlyStopping {
  return validationLoss < state.bestLoss
    ? { bestLoss: validationLoss, bestEpoch: epoch, waited: 0 }
    : { ...state, waited: state.waited + 1 };
}
