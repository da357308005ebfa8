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
 */
export function storage(roomOf = () => Number.POSITIVE_INFINITY) {
  const files = new Map();
  const folder = (path) => ({
    getDirectoryHandle: async (name) => folder(`${path}${name}/`),
    removeEntry: async (name) => files.delete(path + name),
    getFileHandle: async (name) => {
      const file = files.get(path + name) ?? { bytes: [] };
      files.set(path + name, file);
      return {
        createSyncAccessHandle: async () => new Access(file, roomOf(path + name)),
        getFile: async () => new File([Uint8Array.from(file.bytes)], name),
        createWritable: async () => new Swapped(file),
      };
    },
  });
  Object.defineProperty(globalThis, "navigator", {
    value: { storage: { getDirectory: async () => folder("") } },
    configurable: true,
  });
  return { files, root: folder("") };
}
