// @ts-check
/**
 * Runs pytest inside the real Pyodide, on tests of this tree.
 *
 *   node tests/pyodide/run.mjs RESULTS.xml [pytest arguments, tests/unit by default]
 *
 * Ends with pytest's own exit code. The tree is mounted as it is; pydicom comes unpacked, with its test files.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const WHEELS = join(ROOT, "vendor", "wheels");
const MOUNTED = "/project";
const RESULTS = "/tmp/results.xml";
/** Plugins of pytest: faulthandler needs a file descriptor that Pyodide does not have, the others cost time there. */
const NOT_NEEDED = ["cacheprovider", "faulthandler", "unraisableexception", "threadexception", "doctest", "unittest"];

/**
 * The wheels of the site and of the tests, which are pure Python; numpy, pillow and imagecodecs only where they are asked
 * for, so that the unit tests run as the site does, without.
 * @param {any} pyodide @param {boolean} preview
 */
function install(pyodide, preview) {
  const extractDir = pyodide.pyimport("site").getsitepackages().get(0);
  const folders = [
    WHEELS,
    join(WHEELS, "numbers"),
    join(WHEELS, "test"),
    ...(preview ? [join(WHEELS, "preview")] : []),
  ];
  for (const folder of folders) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".whl"))) {
      pyodide.unpackArchive(new Uint8Array(readFileSync(join(folder, name))), "wheel", { extractDir });
    }
  }
}

/** @param {string[]} args */
async function pytest(args) {
  const { loadPyodide } = await import(`file://${join(ROOT, "vendor", "pyodide", "pyodide.mjs")}`);
  const pyodide = await loadPyodide({
    env: { HOME: "/tmp", PYTHONDONTWRITEBYTECODE: "1", COLUMNS: "120" },
  });
  const preview = args.some((argument) => /^tests.(preview|pixels)/.test(argument));
  install(pyodide, preview);
  if (preview) pyodide.pyimport("imagecodecs._jpeg8"); // first, as worker/python/boot.js does
  pyodide.FS.mkdir(MOUNTED);
  pyodide.mountNodeFS(MOUNTED, ROOT);
  pyodide.FS.chdir(MOUNTED);
  const fixed = [
    ...NOT_NEEDED.flatMap((plugin) => ["-p", `no:${plugin}`]),
    "--assert=plain", // the same tests run natively, where a failure is explained
    "--hypothesis-profile=pyodide",
    "-o",
    "junit_family=xunit1",
    `--junit-xml=${RESULTS}`,
  ];
  pyodide.pyimport("gc").set_threshold(200_000, 50, 1000); // what pytest keeps is looked through less often
  const code = pyodide.pyimport("pytest").main(pyodide.toPy([...args, ...fixed]));
  return { code: Number(code), results: pyodide.FS.readFile(RESULTS) };
}

const [target, ...given] = process.argv.slice(2);
try {
  const { code, results } = await pytest(given.length ? given : ["tests/unit"]);
  writeFileSync(target, results);
  process.exit(code);
} catch (error) {
  // Node would print the line it happened in, and Pyodide is one line of a megabyte.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(3);
}
