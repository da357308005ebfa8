/** Stand-ins for the parts of a browser that the page's modules need when they are loaded: for Node tests of their logic. */

class Element {}

Object.assign(globalThis, {
  HTMLElement: Element,
  HTMLDialogElement: Element,
  customElements: { define: () => {} },
  window: {},
  document: Object.assign(new EventTarget(), {
    body: null,
    activeElement: null,
    getElementById: () => null,
    querySelector: () => null,
  }),
});
Object.defineProperty(globalThis, "navigator", {
  value: { storage: { estimate: async () => ({ quota: 1000, usage: 0 }) }, hardwareConcurrency: 2, userAgent: "Node" },
  configurable: true,
});

// Newer than the oldest Node that runs these tests.
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
