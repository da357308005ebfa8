import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { expose, proxy, wrap } from "../../../worker/shared/comlink.js";
import { CodedError, callPython, codeOf } from "../../../worker/shared/errors.js";

const PATH = "/home/berta/scans/HERON^BERTA/0001.dcm";
const NAME = "HERON^BERTA";

/** Calls over a real channel; `seen` are the raw messages of both directions. */
async function across(offered, use) {
  const { port1, port2 } = new MessageChannel();
  const seen = [];
  for (const port of [port1, port2]) {
    port.addEventListener("message", ({ data }) => seen.push(JSON.stringify(data)));
  }
  expose(offered, port1);
  try {
    return { result: await use(wrap(port2)), seen };
  } finally {
    port1.close();
    port2.close();
  }
}

const thrownOf = (call) =>
  call.then(
    () => assert.fail("nothing was thrown"),
    (error) => error,
  );

/** All that an error tells, its causes too. */
const told = (error) => JSON.stringify([error.message, error.name, error.code, error.cause, { ...error }]);

const innermost = new Error(`${NAME} of ${PATH}`, { cause: { path: PATH } });
const ERRORS = {
  "an error with a path and a name": [new Error(`${PATH}: ${NAME}`), "UNEXPECTED"],
  "an error with nested causes": [new TypeError("no", { cause: innermost }), "UNEXPECTED"],
  "a browser's error": [new DOMException(PATH, "NotFoundError"), "UNEXPECTED"],
  "an error that is none": [PATH, "UNEXPECTED"],
  "an error that claims a code": [Object.assign(new Error(NAME), { code: "READ_FAILED" }), "UNEXPECTED"],
  "a code that is a path": [new CodedError(PATH), "UNEXPECTED"],
  "a coded error": [new CodedError("READ_FAILED"), "READ_FAILED"],
  "a coded error with a cause": [
    Object.assign(new CodedError("WRITE_FAILED"), { cause: innermost, path: PATH }),
    "WRITE_FAILED",
  ],
};

for (const [what, [error, code]] of Object.entries(ERRORS)) {
  test(`${what} crosses as its code only`, async () => {
    const fail = async () => {
      throw error;
    };
    const { result, seen } = await across({ fail }, async (there) => thrownOf(there.fail()));
    assert.ok(result instanceof CodedError);
    assert.equal(result.code, code);
    assert.doesNotMatch(told(result) + seen.join(""), /berta|HERON|\.mjs/i);
  });

  test(`${what} crosses back from a callback as its code only`, async () => {
    const report = proxy(async () => {
      throw error;
    });
    let met;
    const run = async (callback) => {
      met = await thrownOf(callback());
      throw met;
    };
    const { result, seen } = await across({ run }, async (there) => thrownOf(there.run(report)));
    assert.equal(met.code, code);
    assert.equal(result.code, code);
    assert.doesNotMatch(told(met) + told(result) + seen.join(""), /berta|HERON|\.mjs/i);
  });
}

test("a result that cannot be sent is an error of no more than a code", async () => {
  const { result } = await across({ give: () => () => PATH }, async (there) => thrownOf(there.give()));
  assert.equal(result.code, "UNEXPECTED");
});

test("a message of another thread that is no code is not believed", async () => {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", ({ data }) => {
    port1.postMessage({ type: "HANDLER", name: "throw", value: `${PATH}: ${NAME}`, id: data.id });
  });
  port1.start();
  const error = await thrownOf(wrap(port2).anything());
  port1.close();
  assert.equal(error.code, "UNEXPECTED");
  assert.doesNotMatch(told(error), /berta/i);
});

test("every thread speaks through the module that lets codes through only", () => {
  const own = new URL("../../../", import.meta.url);
  const modules = ["js", "worker"].flatMap((wing) =>
    readdirSync(new URL(wing, own), { recursive: true })
      .filter((name) => name.endsWith(".js"))
      .map((name) => `${wing}/${name}`),
  );
  const importing = modules.filter((name) =>
    /from "[^"]*vendor\/comlink/.test(readFileSync(new URL(name, own), "utf8")),
  );
  assert.deepEqual(importing, ["worker/shared/comlink.js"]);
});

test("an error of Python gives another result, and a broken interpreter a code", () => {
  const python = Object.assign(new Error(`ValueError: ${NAME}`), { name: "PythonError" });
  const failing = (error) => () => {
    throw error;
  };
  assert.equal(
    callPython(
      () => 1,
      () => 2,
    ),
    1,
  );
  assert.equal(
    callPython(failing(python), () => 2),
    2,
  );
  assert.throws(
    () => callPython(failing(new Error(NAME)), () => 2),
    (error) => codeOf(error) === "PYTHON_LOST" && !told(error).includes(NAME),
  );
});
