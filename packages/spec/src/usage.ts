/** What a call cost: tokens that were read, prompts and special tokens among them. */
export interface TokenUsage {
  total_tokens: number;
}
