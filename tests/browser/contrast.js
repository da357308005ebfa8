/** Every text in sight whose contrast with what is behind it is below WCAG's AA: its text, colours and ratio. */
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  /** Any CSS colour as red, green, blue (0 to 255) and alpha (0 to 1). */
  const parsed = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = ([r, g, b, alpha], under) => [r, g, b].map((value, i) => alpha * value + (1 - alpha) * under[i]);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  /** The backgrounds behind an element's own text, from the root inwards. */
  const behind = (element) => {
    const path = [];
    for (let at = element; at; at = at.parentElement) path.unshift(at);
    const canvasColour = parsed(matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff");
    return path.reduce(
      (under, at) => over(parsed(getComputedStyle(at).backgroundColor), under),
      canvasColour.slice(0, 3),
    );
  };
  const opacity = (element) => {
    let product = 1;
    for (let at = element; at; at = at.parentElement) product *= Number(getComputedStyle(at).opacity);
    return product;
  };
  const textOf = (element) =>
    [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data.trim() : "")).join("");
  const inSight = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && width > 1 && height > 1;
  };

  const bad = [];
  let looked = 0;
  for (const element of document.querySelectorAll("body *:not([type=radio], [type=checkbox], [type=range])")) {
    const text = element instanceof HTMLInputElement ? element.value : textOf(element);
    if (!text || !inSight(element) || element.matches(":disabled, svg *")) continue;
    looked++;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const [r, g, b, alpha] = parsed(style.color);
    const colour = over([r, g, b, alpha * opacity(element)], ground);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const found = ratio(colour, ground);
    if (found < (large ? 3 : 4.5)) bad.push(`${found.toFixed(2)} ${text.slice(0, 40)} (${style.color})`);
  }
  return { looked, bad };
})();
