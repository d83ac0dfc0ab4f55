type Listener = (value: never) => void;

/** Tells listeners what happens; `Events` has the shape of each event by its name. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<Listener>>();

  /**
   * Call `listener` at each event of a name.
   *
   * @returns stops it
   */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener as Listener));
    return () => listeners.delete(listener as Listener);
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as (value: Events[Name]) => void)(value);
      } catch (error) {
        // A listener's fault is its own: the room goes on, and the browser reports it.
        reportError(error);
      }
    }
  }
}
