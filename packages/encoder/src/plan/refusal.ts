/** Why a graph is not computed by the kernels. Thrown while it is read, and given to callers as a reason. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Ends the reading of a graph. @param reason the rest of a sentence: "the graph is not taken, because …". */
export function refuse(reason: string): never {
  throw new Refusal(reason);
}
