// A value that is worked out when it is first asked for.

export class Lazy<T> {
  #work: (() => T) | undefined;
  #value: T | undefined;

  constructor(work: () => T) {
    this.#work = work;
  }

  /** Worked out once; the work, and what it holds, is then forgotten. */
  get value(): T {
    if (this.#work !== undefined) {
      this.#value = this.#work();
      this.#work = undefined;
    }
    return this.#value as T;
  }

  get isDone(): boolean {
    return this.#work === undefined;
  }
}
