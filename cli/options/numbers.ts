/** Numbers as values of options. */
import { InvalidArgumentError } from "commander";
import { decimalNumberOf, wholeNumberOf } from "../../spec/text/numbers.js";

type Parse = (text: string) => number;

/** @param what completes "It must be" @returns the reader of an option's value, with bounds that are allowed themselves */
export function wholeNumber(what: string, least = 1, most = Number.MAX_SAFE_INTEGER): Parse {
  return bounded(wholeNumberOf, what, (value) => value >= least && value <= most);
}

/** @param isGood whether the number, which is finite and not below 0, may be one @returns as {@link wholeNumber} */
export function decimalNumber(what: string, isGood: (value: number) => boolean = () => true): Parse {
  return bounded(decimalNumberOf, what, isGood);
}

function bounded(
  read: (text: string) => number | undefined,
  what: string,
  isGood: (value: number) => boolean,
): Parse {
  return (text) => {
    const value = read(text);
    if (value !== undefined && isGood(value)) return value;
    throw new InvalidArgumentError(`It must be ${what}.`);
  };
}
