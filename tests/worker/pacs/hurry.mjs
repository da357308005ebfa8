/** Lets the waits of this program pass twenty times as fast: imported by tests of what comes after them. */

const SPEED = 20;
const { setTimeout } = globalThis;
globalThis.setTimeout = (call, milliseconds = 0, ...given) => setTimeout(call, milliseconds / SPEED, ...given);
