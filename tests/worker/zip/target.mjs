/** A temporary file in memory, for the archives that tests make. */

const MIB = 2 ** 20;

export class Target {
  #bytes = new Uint8Array(16 * MIB);
  size = 0;

  append(bytes) {
    this.overwrite(bytes, this.size);
    this.size += bytes.length;
  }

  async appendAll(file, look) {
    for await (const piece of file.stream()) {
      look(piece);
      this.append(piece);
    }
  }

  overwrite(bytes, at) {
    this.#bytes.set(bytes, at);
  }

  get file() {
    return new File([this.#bytes.subarray(0, this.size)], "results.zip");
  }
}
