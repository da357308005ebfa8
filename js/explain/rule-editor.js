// @ts-check
/** PyScript's own editor for one rule in Python: loaded when it is first opened. The trial worker runs the code. */

const PYSCRIPT = new URL("../../vendor/pyscript/core.js", import.meta.url).href;

/** Properties that PyScript adds to the <script> that it makes an editor of. */
/** @typedef {HTMLScriptElement & {code: string, handleEvent: (event: {code: string}) => boolean}} EditorScript */

/** Dark colours are the light ones turned over: PyScript's editor has no theme for the dark. */
const SHEET = `
  .cm-editor { background: transparent; color: #111; font-size: 14px; }
  .cm-editor .cm-content, .cm-editor .cm-gutter { min-height: 12rem; }
  .cm-editor.cm-focused { outline: none; }
  .cm-scroller { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono", monospace; line-height: 1.5; }
  .cm-editor .cm-gutters { background: transparent; border: 0; color: #666; }
  .cm-editor :is(.cm-activeLine, .cm-activeLineGutter) { background: #0000000a; }
`;

export class RuleEditor {
  /** @type {EditorScript} */ #script;

  /**
   * @param {HTMLElement} place   where the editor goes
   * @param {string} code
   * @param {() => void} run      its button was pressed, or Ctrl+Enter
   * @returns {Promise<RuleEditor>}
   */
  static async make(place, code, run) {
    const script = /** @type {EditorScript} */ (document.createElement("script"));
    script.type = "py-editor";
    script.dataset.run = "Try on this file"; // else it has an icon with a style of its own, which the page's policy forbids
    script.textContent = code;
    const made = new Promise((resolve) => script.addEventListener("py-editor", resolve, { once: true }));
    const focused = document.activeElement;
    place.append(script);
    await import(PYSCRIPT);
    await made;
    if (focused instanceof HTMLElement) focused.focus(); // PyScript took it
    script.handleEvent = () => {
      run();
      return false; // so PyScript starts no interpreter of its own
    };
    dress(place);
    return new RuleEditor(script);
  }

  /** @param {EditorScript} script */
  constructor(script) {
    this.#script = script;
  }

  get code() {
    return this.#script.code;
  }

  /** @param {string} code */
  set code(code) {
    this.#script.code = code;
  }
}

/** The look of the page, a name, and a way out by keyboard. @param {HTMLElement} place */
function dress(place) {
  const button = /** @type {HTMLElement} */ (place.querySelector("button"));
  button.removeAttribute("aria-label");
  button.className = "primary";
  const host = [...place.querySelectorAll("div")].find(({ shadowRoot }) => shadowRoot);
  const root = /** @type {ShadowRoot} */ (host?.shadowRoot);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHEET);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  host?.classList.add("editor-host");
  const content = /** @type {HTMLElement} */ (root.querySelector(".cm-content"));
  content.setAttribute("aria-label", "Code of the rule. Tab indents; press Escape, then Tab, to leave.");
}
