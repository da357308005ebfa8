// @ts-check
/**
 * Makes dist/runtime: Pyodide, the standard library and the packages as .pyc, and the manifest that names the build.
 *
 *   node py/sitebuild/freeze.mjs --vendor vendor --py py --out dist/runtime [--previous folder]
 *
 * Compiling is done by the Python that will run the files (freeze.py, inside Pyodide).
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

/** Files of the npm package that a browser loads; its standard library is replaced by the compiled one. */
const PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"];
/** Package that installs further wheels: not in the snapshot, loaded when a policy names any. */
const INSTALLER = /^micropip-.*\.whl$/;
/** Hex digits of a build id. */
const BUILD_DIGITS = 20;

/** @param {string} vendor @param {string} py @param {string} out @param {string} [previous] */
async function compile(vendor, py, out, previous) {
  const { loadPyodide } = await import(pathToFileURL(join(vendor, "pyodide", "pyodide.mjs")).href);
  const pyodide = await loadPyodide({
    // The order of constants that are sets depends on the hash seed.
    env: { PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" },
  });
  for (const [name, path] of Object.entries({ vendor, py, out, previous })) {
    if (!path) continue;
    pyodide.FS.mkdir(`/${name}`);
    pyodide.mountNodeFS(`/${name}`, path);
  }
  const here = dirname(fileURLToPath(import.meta.url));
  pyodide.FS.writeFile("/lib/freeze.py", readFileSync(join(here, "freeze.py")));
  pyodide.pyimport("sys").path.append("/lib");
  pyodide.pyimport("freeze").freeze("/vendor", "/py", "/out", "/previous");
  return { pyodide: pyodide.version, python: String(pyodide.pyimport("platform").python_version()) };
}

/** @param {string} out */
function describeFiles(out) {
  const names = readdirSync(out).sort();
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(join(out, name));
      return [name, { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length }];
    }),
  );
}

/** @param {string} vendor @param {string} py @param {string} out @param {string} [previous] */
async function freeze(vendor, py, out, previous) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const versions = await compile(vendor, py, out, previous);
  for (const name of PYODIDE_FILES) cpSync(join(vendor, "pyodide", name), join(out, name));
  const wheels = join(vendor, "wheels");
  for (const name of readdirSync(wheels).filter((name) => INSTALLER.test(name))) {
    cpSync(join(wheels, name), join(out, "micropip.whl"));
  }
  const files = describeFiles(out);
  const lock = JSON.parse(readFileSync(join(vendor, "pyodide", "pyodide-lock.json"), "utf8"));
  const build = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, BUILD_DIGITS);
  // Pyodide reads a lock of packages at start; nothing is loaded through it, so it is an empty one.
  const manifest = { build, ...versions, lock: { info: lock.info, packages: {} }, files };
  writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

const { values } = parseArgs({
  options: {
    vendor: { type: "string" },
    py: { type: "string" },
    out: { type: "string" },
    previous: { type: "string" },
  },
});
if (!values.vendor || !values.py || !values.out) {
  process.stderr.write(
    "usage: node py/sitebuild/freeze.mjs --vendor vendor --py py --out dist/runtime [--previous folder]\n",
  );
  process.exit(2);
}
try {
  const previous = values.previous && resolve(values.previous);
  const [vendor, py, out] = [values.vendor, values.py, values.out].map((path) => resolve(path));
  const { build, python, files } = await freeze(vendor, py, out, previous);
  process.stdout.write(`runtime ${build}: Python ${python}, ${Object.keys(files).length} files\n`);
} catch (error) {
  // Node would print the line it happened in, and Pyodide is one line of a megabyte.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
