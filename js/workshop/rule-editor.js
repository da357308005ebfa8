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
/** What stands below a line that is wrong. Words in a style, not in the editor's text: that is the person's code alone. */
const WRONG = "display: block; margin-top: 2px; color: #a3160c; font: 13px system-ui, sans-serif; white-space: normal;";

export class RuleEditor {
  /** @type {EditorScript} */ #script;
  /** The shadow tree of the editor. @type {ShadowRoot} */ #root;
  #marks = new CSSStyleSheet();
  /** @type {import("./code-problems.js").CodeProblem[]} */ #problems = [];

  /**
   * @param {HTMLElement} place   where the editor goes
   * @param {string} code
   * @param {() => void} run      Ctrl+Enter was pressed
   * @returns {Promise<RuleEditor>}
   */
  static async make(place, code, run) {
    const script = /** @type {EditorScript} */ (document.createElement("script"));
    script.type = "py-editor";
    script.dataset.run = "Use in policy"; // else it has an icon with a style of its own, which the page's policy forbids
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
    return new RuleEditor(script, dress(place));
  }

  /** @param {EditorScript} script @param {ShadowRoot} root */
  constructor(script, root) {
    this.#script = script;
    this.#root = root;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#marks];
    // Only lines near what is in sight are there, so their places change as one scrolls.
    document.addEventListener("scroll", () => this.#problems.length > 0 && this.mark(this.#problems), {
      capture: true,
      passive: true,
    });
  }

  /** Says below each line that is wrong what is. @param {import("./code-problems.js").CodeProblem[]} problems */
  mark(problems) {
    this.#problems = problems;
    const rules = problems.map(({ line, text }) => {
      const at = [...(this.#lines?.children ?? [])].indexOf(/** @type {Element} */ (this.#line(line))) + 1;
      const shown = `.cm-content > :nth-child(${at})`;
      return at > 0 ? `${shown} { background: #ffd9d4; } ${shown}::after { content: ${quoted(text)}; ${WRONG} }` : "";
    });
    // The editor measures its lines anew, for their numbers, when its own height is another one.
    const height = ".cm-editor .cm-content { min-height: calc(12rem + 1px); }";
    this.#marks.replaceSync(problems.length > 0 ? [height, ...rules].join("\n") : "");
  }

  /** Selects a line: at the begin of the code, the editor would undo a mere cursor. @param {number} line */
  goTo(line) {
    const target = this.#line(line);
    if (this.#lines instanceof HTMLElement) this.#lines.focus();
    if (!target) return;
    target.scrollIntoView({ block: "nearest" });
    // Chromium has a selection for each shadow tree, Firefox has one for all.
    const root = /** @type {ShadowRoot & {getSelection?: () => Selection | null}} */ (this.#root);
    (root.getSelection?.() ?? getSelection())?.selectAllChildren(target);
  }

  get #lines() {
    return this.#root.querySelector(".cm-content");
  }

  /** The element of a line of code, if it is near what is in sight. @param {number} line */
  #line(line) {
    const numbers = [...this.#root.querySelectorAll(".cm-lineNumbers .cm-gutterElement")].filter(
      (element) => element instanceof HTMLElement && element.style.visibility !== "hidden",
    );
    const at = numbers.findIndex(({ textContent }) => Number(textContent) === line);
    return at < 0 ? null : this.#root.querySelectorAll(".cm-line")[at];
  }

  get code() {
    return this.#script.code;
  }

  /** @param {string} code */
  set code(code) {
    this.#script.code = code;
  }
}

/** A text as CSS has it. @param {string} text */
function quoted(text) {
  return `"${text.replaceAll(/["\\\n\r\f]/g, (letter) => `\\${letter.charCodeAt(0).toString(16)} `)}"`;
}

/** The look of the page, and a name. @param {HTMLElement} place @returns {ShadowRoot} */
function dress(place) {
  /** @type {HTMLElement} */ (place.querySelector("button")).hidden = true; // its keys are enough: the sample follows by itself
  const host = [...place.querySelectorAll("div")].find(({ shadowRoot }) => shadowRoot);
  const root = /** @type {ShadowRoot} */ (host?.shadowRoot);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHEET);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  host?.classList.add("editor-host");
  const content = /** @type {HTMLElement} */ (root.querySelector(".cm-content"));
  content.setAttribute("aria-label", "Code of the rule. Tab indents; press Escape, then Tab, to leave.");
  content.tabIndex = 0; // it can be edited, so it has the focus anyway; axe does not know that
  return root;
}
