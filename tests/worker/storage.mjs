/** Private storage in memory, as far as the files worker's modules use it: folders of files with access handles. */

export class Access {
  static open = 0;

  constructor(file, room) {
    this.file = file;
    this.room = room;
    Access.open++;
  }

  getSize() {
    return this.file.bytes.length;
  }

  truncate(size) {
    this.file.bytes = this.file.bytes.slice(0, size);
  }

  read(target, { at }) {
    const part = this.file.bytes.slice(at, at + target.length);
    target.set(part);
    return part.length;
  }

  write(source, { at }) {
    const part = [...source].slice(0, Math.max(0, this.room - at));
    this.file.bytes = [...this.file.bytes.slice(0, at), ...part, ...this.file.bytes.slice(at + part.length)];
    return part.length;
  }

  flush() {}

  close() {
    Access.open--;
  }
}

/** Takes the place of a file when it is closed. */
class Swapped {
  #parts = [];

  constructor(file) {
    this.file = file;
  }

  async write(part) {
    this.#parts.push(part);
  }

  async close() {
    this.file.bytes = [...new Uint8Array(await new Blob(this.#parts).arrayBuffer())];
  }
}

/**
 * Begins with an empty storage.
 * @param {(path: string) => number} [roomOf]   bytes that a file may have
 * @param {number} [longest]   letters that a path may have
 */
export function storage(roomOf = () => Number.POSITIVE_INFINITY, longest = Number.POSITIVE_INFINITY) {
  const files = new Map();
  const folders = new Set([""]);
  const missing = () => {
    throw new DOMException("", "NotFoundError");
  };
  const folder = (path) => ({
    kind: "directory",
    name: path.split("/").at(-2) ?? "",
    getDirectoryHandle: async (name, { create = false } = {}) => {
      const inside = `${path}${name}/`;
      if (inside.length > longest) missing();
      if (!folders.has(inside) && !create) missing();
      folders.add(inside);
      return folder(inside);
    },
    removeEntry: async (name) => {
      const [inside, known] = [`${path}${name}/`, files.has(path + name) || folders.has(`${path}${name}/`)];
      if (!known) missing();
      for (const all of [files, folders])
        for (const one of [...all.keys()]) if (one === path + name || one.startsWith(inside)) all.delete(one);
    },
    getFileHandle: async (name, { create = false } = {}) => {
      if (!files.has(path + name) && (!create || path.length + name.length > longest)) missing();
      if (!files.has(path + name)) files.set(path + name, { bytes: [] });
      return fileHandle(path + name, name);
    },
    async *entries() {
      const names = new Set([...files.keys(), ...folders].filter((one) => one.startsWith(path) && one !== path));
      for (const name of new Set([...names].map((one) => one.slice(path.length).split("/")[0])))
        yield [name, folders.has(`${path}${name}/`) ? folder(`${path}${name}/`) : fileHandle(path + name, name)];
    },
    async *values() {
      for await (const [, handle] of this.entries()) yield handle;
    },
    async *keys() {
      for await (const [name] of this.entries()) yield name;
    },
  });
  const fileHandle = (path, name) => {
    const file = files.get(path);
    return {
      ...{ kind: "file", name },
      createSyncAccessHandle: async () => new Access(file, roomOf(path)),
      getFile: async () => new File([Uint8Array.from(file.bytes)], name),
      createWritable: async () => new Swapped(file),
    };
  };
  const locks = {
    query: async () => ({ held: [] }),
    request: (_name, _options, granted) => Promise.resolve(granted({})),
  };
  Object.defineProperty(globalThis, "navigator", {
    value: { storage: { getDirectory: async () => folder("") }, locks },
    configurable: true,
  });
  const text = (path) => new TextDecoder().decode(Uint8Array.from(files.get(path)?.bytes ?? []));
  return { files, root: folder(""), text };
}
