// @ts-check
/**
 * Runs stages.py inside the real Pyodide.
 *
 *   node tests/bench/stages.mjs FOLDER_OF_SLICES ROUNDS
 *
 * Prints its JSON. The tree and the slices are mounted as they are; pydicom comes from the project's own wheel.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const WHEELS = join(ROOT, "vendor", "wheels");

/** @param {string} folder @param {number} rounds */
async function measure(folder, rounds) {
  const { loadPyodide } = await import(`file://${join(ROOT, "vendor", "pyodide", "pyodide.mjs")}`);
  const pyodide = await loadPyodide({ env: { HOME: "/tmp", PYTHONDONTWRITEBYTECODE: "1" } });
  const extractDir = pyodide.pyimport("site").getsitepackages().get(0);
  for (const folder of [WHEELS, join(WHEELS, "numbers")]) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".whl"))) {
      pyodide.unpackArchive(new Uint8Array(readFileSync(join(folder, name))), "wheel", { extractDir });
    }
  }
  for (const [mounted, real] of [
    ["/project", ROOT],
    ["/slices", resolve(folder)],
  ]) {
    pyodide.FS.mkdir(mounted);
    pyodide.mountNodeFS(mounted, real);
  }
  pyodide.pyimport("sys").path.insert(0, "/project/tests/bench");
  return pyodide.pyimport("stages").measure("/slices", rounds);
}

const [folder, rounds] = process.argv.slice(2);
process.stdout.write(await measure(folder, Number(rounds)));
process.exit(0);
