/**
 * How many sets of images are warned of a shortcut although there is none: what is known of the files has the same
 * distribution in every class. Origin of the figures in `data/faults/shortcuts.ts`.
 *   node dist/bench/accuracy/shortcutAlarms.js [SETS]
 */
import { findShortcuts } from "../../data/faults/shortcuts.js";
import { classNames, drawnTraits } from "../../test/support/images/drawnTraits.js";

const sets = Number(process.argv[2] ?? 200);
const SIZES: Readonly<Record<string, readonly number[]>> = {
  "2 classes of 10": [10, 10],
  "2 of 20": [20, 20],
  "2 of 50": [50, 50],
  "5 of 12": new Array<number>(5).fill(12),
  "10 of 30": new Array<number>(10).fill(30),
  "10 and 190": [10, 190],
  "3 of 200": [200, 200, 200],
  "2 of 1500": [1500, 1500],
};

for (const sides of ["common", "any"] as const) {
  for (const [name, sizes] of Object.entries(SIZES)) {
    const names = classNames(sizes.length);
    const found = Array.from({ length: sets }, (_, seed) =>
      findShortcuts(drawnTraits(seed, sizes, sides), ({ group }) => group, names, seed),
    );
    const alarms = found.filter(({ length }) => length > 0);
    const said = alarms
      .flat()
      .map(({ property, balancedAccuracy }) => `${property} ${balancedAccuracy.toFixed(2)}`);
    console.log(`${name}, ${sides} sides: ${alarms.length} of ${sets}  ${said.join(", ")}`);
  }
}
