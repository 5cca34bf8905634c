/** Quantities as Kubernetes writes them. */

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** @param quantity for example `500m` or `8Gi`; the schema has checked it @returns processors, or bytes; NaN of what is none */
export function amountIn(quantity: number | string): number {
  const [, number, unit = ""] = /^([\d.]+)(.*)$/.exec(String(quantity)) ?? [];
  // A number may be written as 1e-7.
  return typeof quantity === "number" ? quantity : Number(number) * (UNITS[unit] ?? Number.NaN);
}
