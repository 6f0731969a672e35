/** One figure of a run, sampled at times (seconds). */
export interface Series {
  name: string;
  points: { at: number; value: number }[];
}

/** How a figure went on, and whether it stayed within its bound. */
export interface Slope {
  figure: string;
  /** Average of the second quarter and of the last one: the first quarter is the time in which caches fill. */
  from: number;
  to: number;
  /** The change in an hour, by least squares over what follows the first quarter. */
  perHour: number;
  /** The most that it may grow from the second quarter to the last. */
  bound: number;
  ok: boolean;
}

/** Judges a figure against the most that it may grow. */
export function slopeOf({ name, points }: Series, bound: number): Slope {
  const quarter = Math.floor(points.length / 4);
  const settled = points.slice(quarter);
  const [from, to] = [average(points.slice(quarter, 2 * quarter)), average(points.slice(-quarter))];
  const ok = points.length >= 8 && to - from <= bound;
  return { figure: name, from: round(from), to: round(to), perHour: round(leastSquares(settled) * 3_600), bound, ok };
}

/** Units a second of the straight line that is nearest to the points. */
function leastSquares(points: Series['points']): number {
  const [at, value] = [
    points.reduce((sum, one) => sum + one.at, 0) / points.length,
    points.reduce((sum, one) => sum + one.value, 0) / points.length,
  ];
  const covariance = points.reduce((sum, one) => sum + (one.at - at) * (one.value - value), 0);
  const variance = points.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}

function average(points: Series['points']): number {
  return points.reduce((sum, { value }) => sum + value, 0) / Math.max(1, points.length);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
