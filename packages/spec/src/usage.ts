/** Cost of a call: tokens read, including prompts and special tokens. */
export interface TokenUsage {
  total_tokens: number;
}
