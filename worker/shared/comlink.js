// @ts-check
/**
 * Comlink for all threads. Only the code of a thrown error crosses to the other thread, nothing else: by itself comlink
 * sends message, name and stack, in which names and paths can stand.
 */
import { transferHandlers } from "../../vendor/comlink.mjs";
import { CodedError, codeOf } from "./errors.js";

export * from "../../vendor/comlink.mjs";

const THROWN = "throw";
const thrown = /** @type {import("../../vendor/comlink.mjs").TransferHandler<{value: unknown}, string>} */ (
  transferHandlers.get(THROWN)
);

transferHandlers.set(THROWN, {
  canHandle: thrown.canHandle,
  serialize: ({ value }) => [codeOf(value), []],
  deserialize(/** @type {string} */ code) {
    throw new CodedError(codeOf(new CodedError(code)));
  },
});
