// @ts-check
/**
 * Script that test_review.py runs in the page: a review of made groups, and made pictures for it. Leaves `harness` there.
 */
async () => {
  const at = (/** @type {string} */ path) => import(new URL(path, location.href).href);
  const [{ Review }, { CodedError }] = await Promise.all([
    at("./js/pixels/review.js"),
    at("./worker/shared/errors.js"),
    at("./js/pixels/pixel-review.js"),
  ]);
  const DEVICES = [
    { label: "Heron Medical Sono 7", rows: 600, columns: 800, kind: "ultrasound" },
    { label: "Secondary capture, Egret Screens", rows: 768, columns: 1024, kind: "screen" },
    { label: "Bittern CT 64", rows: 512, columns: 512, kind: "body" },
    { label: "Photograph", rows: 1200, columns: 900, kind: "photograph" },
  ];
  const id = (/** @type {number} */ number) => number.toString(16).padStart(20, "0");
  const box = (/** @type {string} */ evidence, /** @type {number[]} */ ...rectangle) => ({
    rectangle,
    frames: [1, 0],
    evidence,
  });

  /** Boxes as they are found in a picture of a kind. */
  function boxesOf(/** @type {any} */ { kind, columns }) {
    if (kind === "ultrasound") {
      const [above, table] = [box("ultrasound", 0, 0, columns, 64), box("device", 0, 0, columns, 40)];
      return [above, table, box("detector", 24, 546, 212, 570), box("words", 28, 12, 250, 36)];
    }
    if (kind === "screen") return [box("detector", 36, 28, 330, 62), box("detector", 36, 76, 262, 100)];
    return [];
  }

  /** A group; the first ones are of the four kinds. */
  function found(/** @type {number} */ number, /** @type {number} */ count) {
    const device = DEVICES[number % DEVICES.length];
    const frames = device.kind === "ultrasound" ? 34 : 1;
    const instances = Array.from({ length: count }, (_, at) => ({
      id: id(100_000 + number * 1000 + at),
      mark: id(at).slice(4),
      name: `Picture ${at + 1}`,
      frames,
    }));
    const { rows, columns, label } = device;
    const boxes = boxesOf(device);
    const unread = number % 4 === 1 ? { [id(900_000 + number)]: "PIXELS_DAMAGED" } : {};
    const alarms = number % 4 === 0 ? 1 : 0;
    return { id: id(number), rows, columns, frames, label, boxes, instances, unread, alarms, detector: "made" };
  }

  const pictures = /** @type {Map<string, ImageBitmap>} */ (new Map());

  /** A picture such as the device could show; many look the same. */
  function picture(/** @type {string} */ group, /** @type {string} */ instance, /** @type {number} */ frame) {
    const [device, turn] = [Number.parseInt(group, 16) % DEVICES.length, Number.parseInt(instance, 16) % 7];
    const name = `${device} ${turn} ${frame}`;
    const made = pictures.get(name) ?? drawn(DEVICES[device], turn / 10 + frame / 100);
    pictures.set(name, made);
    return createImageBitmap(made);
  }

  function drawn(/** @type {any} */ { rows, columns, kind }, /** @type {number} */ turn) {
    const canvas = new OffscreenCanvas(columns, rows);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle =
      { ultrasound: "#000", screen: "#20262c", body: "#050505", photograph: "#b9a79a" }[kind] ?? "#000";
    context.fillRect(0, 0, columns, rows);
    const glow = context.createRadialGradient(columns / 2, rows / 2, 10, columns / 2, rows / 2, rows / 2.4);
    for (const [stop, grey] of [
      [0, 190],
      [0.4, 90 + 60 * turn],
      [0.7, 150],
      [1, 30],
    ]) {
      glow.addColorStop(stop, `rgb(${grey} ${grey} ${grey})`);
    }
    context.fillStyle = glow;
    context.beginPath();
    if (kind === "ultrasound") {
      context.moveTo(columns / 2, 70);
      context.arc(columns / 2, 70, rows * 0.8, Math.PI / 4 + turn / 9, (Math.PI * 3) / 4 + turn / 9);
    } else context.ellipse(columns / 2, rows / 2, columns / 3, rows / 2.6, turn, 0, 7);
    context.fill();
    context.fillStyle = kind === "photograph" ? "#222" : "#fff";
    context.font = "22px sans-serif";
    if (kind === "ultrasound") context.fillText("HERON^ARDEA 1931", 30, 32);
    if (kind === "ultrasound") context.fillText("MI 1.1  TIS 0.4", 26, 566);
    if (kind === "screen") context.fillText("Heron, Ardea  *1931-02-03", 40, 54);
    if (kind === "screen") context.fillText("Ward 7, bed 2", 40, 96);
    if (kind === "photograph") context.fillText("A. Heron", 700, 1170);
    return canvas.transferToImageBitmap();
  }

  const asked = /** @type {string[]} */ ([]);
  const heard = /** @type {string[]} */ ([]);
  for (const name of ["review-decided", "review-closed"])
    document.addEventListener(`intent:${name}`, () => heard.push(name));
  const harness = {
    asked,
    heard,
    review: /** @type {any} */ (null),
    /** Opens a review of so many groups, each with so many pictures; those of `lost` cannot be shown. */
    async open(/** @type {number} */ groups, /** @type {number} */ pictures, /** @type {string[]} */ lost = []) {
      harness.review = new Review({ project: "5f0c2e9a77d1b384" });
      for (let number = 0; number < groups; number++) harness.review.add(found(number, pictures));
      const frame = async (
        /** @type {string} */ group,
        /** @type {string} */ instance,
        /** @type {number} */ number,
      ) => {
        asked.push(`${group} ${instance} ${number}`);
        if (lost.includes(group)) throw new CodedError("PIXELS_DAMAGED");
        return picture(group, instance, number);
      };
      await /** @type {any} */ (document.querySelector("pixel-review")).open(harness.review, {
        frame,
        everyValue: true,
      });
    },
    id,
  };
  Object.assign(globalThis, { harness });
};
