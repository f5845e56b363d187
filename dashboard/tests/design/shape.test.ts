import { describe, expect, test } from "vitest";
import { line, nearest, type Sample, shapeOf, surface } from "../../src/design/shape";

function every(stepS: number, ...values: (number | null)[]): Sample[] {
  return values.map((value, index) => [1000 + index * stepS, value]);
}

describe("the shape of a series", () => {
  test("begins at zero, so that a value twice as high is drawn twice as high", () => {
    const { points } = shapeOf(every(30, 1, 2));

    const [low, high] = points.map((point) => 1 - point.y);

    expect(high).toBeCloseTo(2 * (low ?? 0));
  });

  test("runs from the left edge to the right one", () => {
    const { points } = shapeOf(every(30, 1, 2, 3));

    expect(points.map((point) => point.x)).toEqual([0, 0.5, 1]);
  });

  test("leaves a gap where nothing was measured, rather than a line", () => {
    const { runs } = shapeOf(every(30, 1, 1, null, null, null, 1, 1));

    expect(runs.map((run) => run.length)).toEqual([2, 2]);
  });

  test("leaves a gap where samples are missing altogether", () => {
    const series: Sample[] = [...every(30, 1, 1, 1), [2000, 1], [2030, 1]];

    expect(shapeOf(series).runs.map((run) => run.length)).toEqual([3, 2]);
  });

  test("bridges one late sample", () => {
    const series: Sample[] = [...every(30, 1, 1, 1), [1120, 1], [1150, 1]];

    expect(shapeOf(series).runs).toHaveLength(1);
  });

  test("draws zeros at the bottom and nothing for no samples", () => {
    expect(shapeOf(every(30, 0, 0)).points.map((point) => point.y)).toEqual([1, 1]);
    expect(shapeOf(every(30, null, Number.NaN)).runs).toEqual([]);
    expect(shapeOf([]).points).toEqual([]);
  });

  test("keeps its place in the span that other graphs share", () => {
    const { points } = shapeOf(every(30, 1, 1), { fromS: 970, toS: 1030 });

    expect(points.map((point) => point.x)).toEqual([0.5, 1]);
  });
});

describe("the path of a run", () => {
  test("is a line through every point", () => {
    const [run = []] = shapeOf(every(30, 0, 1)).runs;

    expect(line(run, 100, 50)).toBe("M0 50L100 4");
    expect(surface(run, 100, 50)).toBe("M0 50L100 4V50H0Z");
  });

  test("is a dot for a single sample, with no surface under it", () => {
    const [run = []] = shapeOf(every(30, 0)).runs;

    expect(line(run, 100, 50)).toBe("M0 50h0");
    expect(surface(run, 100, 50)).toBe("");
  });
});

test("the nearest point is found across a gap", () => {
  const { points } = shapeOf(every(30, 1, null, null, null, 1));

  expect([nearest(points, 0.4), nearest(points, 0.6), nearest([], 0.5)]).toEqual([0, 1, 0]);
});
