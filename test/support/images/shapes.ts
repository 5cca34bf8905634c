/** Plain shapes within the unit circle, as questions: is this point inside? */

export type Inside = (x: number, y: number) => boolean;

type Point = readonly [x: number, y: number];

/** Whether a point is within `width / 2` of the line from `a` to `b`. What does not depend on the point is computed once. */
export function onLine([ax, ay]: Point, [bx, by]: Point, width: number): Inside {
  const dx = bx - ax;
  const dy = by - ay;
  const square = dx * dx + dy * dy;
  const reach = width / 2;
  return (x, y) => {
    const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square));
    return isWithin(x - ax - along * dx, y - ay - along * dy, reach);
  };
}

/** Whether a vector is at most so long. `Math.hypot` takes most of the time of drawing, and is needed at the edge alone. */
function isWithin(x: number, y: number, radius: number): boolean {
  const share = (x * x + y * y) / (radius * radius);
  return Math.abs(share - 1) < 1e-9 ? Math.hypot(x, y) <= radius : share < 1;
}

function lines(width: number, ...all: readonly (readonly [Point, Point])[]): Inside {
  const each = all.map(([a, b]) => onLine(a, b, width));
  return (x, y) => each.some((isOn) => isOn(x, y));
}

/** A regular polygon, or a star whose inner corners lie at radius `inner`. */
function corners(points: number, inner?: number): Inside {
  const count = inner === undefined ? points : 2 * points;
  const radiusOf = (i: number): number => (inner !== undefined && i % 2 === 1 ? inner : 1);
  const all = Array.from({ length: count }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / count;
    return [radiusOf(i) * Math.sin(angle), -radiusOf(i) * Math.cos(angle)];
  });
  const edges = all.map(([ax, ay], i) => {
    const [bx, by] = all[(i + 1) % count] as Point;
    return { ax, ay, bx, by };
  });
  // Even-odd rule: how many edges a ray to the right crosses.
  return (x, y) => {
    let inside = false;
    for (const { ax, ay, bx, by } of edges)
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    return inside;
  };
}

const within =
  (radius: number, centre = 0): Inside =>
  (x, y) =>
    isWithin(x - centre, y, radius);
const [outer, hole, bite] = [within(0.92), within(0.58), within(0.8, 0.4)];

export const SHAPES = {
  arrow: lines(
    0.35,
    [
      [-1, 0],
      [0.7, 0],
    ],
    [
      [0.1, -0.7],
      [0.8, 0],
    ],
    [
      [0.1, 0.7],
      [0.8, 0],
    ],
  ),
  cross: lines(
    0.4,
    [
      [-0.8, 0],
      [0.8, 0],
    ],
    [
      [0, -0.8],
      [0, 0.8],
    ],
  ),
  disc: within(0.9),
  hexagon: corners(6),
  moon: (x, y) => outer(x, y) && !bite(x, y),
  ring: (x, y) => outer(x, y) && !hole(x, y),
  square: corners(4),
  star: corners(5, 0.4),
  stripes: lines(
    0.3,
    [
      [-0.8, -0.6],
      [0.8, -0.6],
    ],
    [
      [-0.8, 0],
      [0.8, 0],
    ],
    [
      [-0.8, 0.6],
      [0.8, 0.6],
    ],
  ),
  triangle: corners(3),
} as const satisfies Record<string, Inside>;

export type Shape = keyof typeof SHAPES;
export const ALL_SHAPES = Object.keys(SHAPES).sort() as readonly Shape[];
