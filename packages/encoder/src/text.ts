/** One text, as a model reads it. */
export interface EncoderText {
  /** Numbers of its tokens, at least one. */
  readonly ids: ArrayLike<number>;
  /** Numbers of their segments. Default: 0 for all. */
  readonly types?: ArrayLike<number> | undefined;
  /** How many of the tokens, from the first, are seen by others. Default: all. */
  readonly seen?: number | undefined;
  /**
   * Vectors that are wanted, each as one weight a token: 1 ÷ length throughout for the mean, a single 1 for the first
   * or the last token. Default: a vector for each token. Of models that give one vector a text it has no effect.
   */
  readonly pooling?: readonly Float32Array[] | undefined;
}
