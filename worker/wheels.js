// @ts-check
/** Wheels of this site that a policy's rules in Python import: installed by micropip, which comes with the first of them. */

const RUNTIME = new URL("../runtime/", import.meta.url).href;
const WHEELS = new URL("../wheels/", import.meta.url).href;

/** What Python has installed in this worker. @type {Set<string>} */
const installed = new Set();

/**
 * @param {import("./boot.js").Python} python
 * @param {string[]} names   file names of wheels in wheels/ of the site
 * @returns {Promise<string>}  a reason code; "" when all are there
 */
export async function installWheels(python, names) {
  const missing = names.filter((name) => !installed.has(name));
  if (missing.length === 0) return "";
  try {
    const micropip = await installer(python);
    for (const name of missing) {
      await micropip.install.callKwargs(WHEELS + encodeURIComponent(name), { deps: false });
      installed.add(name);
    }
    return "";
  } catch {
    return "WHEEL_MISSING";
  }
}

/** @param {import("./boot.js").Python} python */
async function installer(python) {
  if (!installed.has("micropip")) {
    const response = await fetch(`${RUNTIME}micropip.whl`);
    python.unpackArchive(await response.arrayBuffer(), "wheel");
    installed.add("micropip");
  }
  return python.pyimport("micropip");
}
