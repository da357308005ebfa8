// @ts-check
/**
 * Components: groups of pixels that touch, also at corners.
 *
 * @typedef {import("../shared/protocol/detection.js").Rectangle} Rectangle
 * @typedef {{rectangle: Rectangle, pixels: number, peak: number}} Component   peak: its highest chance, of 255
 */

/**
 * The components of the pixels with a chance above `low`, in the order of their first pixel.
 * @param {Uint8Array} chances
 * @param {number} columns
 * @param {number} low
 * @returns {Component[]}
 */
export function components(chances, columns, low) {
  const runs = runsOf(chances, columns, low);
  const roots = rootsOf(runs);
  const found = /** @type {Map<number, Component>} */ (new Map());
  runs.forEach(({ row, start, end, peak }, number) => {
    const component = found.get(roots[number]);
    if (!component) {
      found.set(roots[number], { rectangle: [start, row, end, row + 1], pixels: end - start, peak });
      return;
    }
    const { rectangle } = component;
    rectangle[0] = Math.min(rectangle[0], start);
    rectangle[2] = Math.max(rectangle[2], end);
    rectangle[3] = row + 1;
    component.pixels += end - start;
    component.peak = Math.max(component.peak, peak);
  });
  return [...found.values()];
}

/** @typedef {{row: number, start: number, end: number, peak: number}} Run   the pixels [start, end) of a row */

/** @param {Uint8Array} chances @param {number} columns @param {number} low */
function runsOf(chances, columns, low) {
  const runs = /** @type {Run[]} */ ([]);
  for (let begin = 0; begin < chances.length; begin += columns) {
    const stop = begin + columns;
    for (let at = begin; at < stop; at++) {
      if (chances[at] <= low) continue;
      const start = at;
      let peak = 0;
      for (; at < stop && chances[at] > low; at++) peak = Math.max(peak, chances[at]);
      runs.push({ row: begin / columns, start: start - begin, end: at - begin, peak });
    }
  }
  return runs;
}

/** Of each run, in the order of rows and columns, the number of the first one that it is joined with. @param {Run[]} runs */
function rootsOf(runs) {
  const parent = Int32Array.from(runs, (_, number) => number);
  const root = (/** @type {number} */ number) => {
    while (parent[number] !== number) {
      parent[number] = parent[parent[number]];
      number = parent[number];
    }
    return number;
  };
  let above = 0; // the first run of which a pixel may touch the one that is looked at
  runs.forEach(({ row, start, end }, here) => {
    while (runs[above].row < row - 1 || (runs[above].row === row - 1 && runs[above].end < start)) above++;
    for (let other = above; runs[other].row === row - 1 && runs[other].start <= end; other++) {
      const [one, two] = [root(other), root(here)];
      parent[Math.max(one, two)] = Math.min(one, two);
    }
  });
  return Int32Array.from(runs, (_, number) => root(number));
}
