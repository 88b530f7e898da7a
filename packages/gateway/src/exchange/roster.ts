// Keeps what comes and goes all the time.

/** Something that can be in one {@link Roster} at a time. */
export interface Enrolled {
  /** Where it is in its roster; -1 while it is in none. The roster's own. */
  place: number;
}

/**
 * A set for members that come and go with each request or connection, in no order. A `Set` or a `Map` makes a new table
 * every few of them, and V8 keeps all that was in a discarded table from being collected while young, once one such table
 * has grown old. This leaves nothing behind.
 */
export class Roster<T extends Enrolled> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** Takes a member that is in no roster. */
  add(member: T): void {
    member.place = this.#members.length;
    this.#members.push(member);
  }

  /** Lets a member go. Returns whether it was here. */
  delete(member: T): boolean {
    const { place } = member;
    if (this.#members[place] !== member) return false;
    const last = this.#members.pop();
    if (last && last !== member) {
      this.#members[place] = last;
      last.place = place;
    }
    member.place = -1;
    return true;
  }

  /** Those that are in it now: who looks at them may let them go. */
  list(): readonly T[] {
    return [...this.#members];
  }
}
