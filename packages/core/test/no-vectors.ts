// A hook for tests: an engine that knows WebAssembly without vector instructions. Both the encoder and onnxruntime find
// that out by having a module validated.
const { validate } = WebAssembly;
const VECTOR_PREFIX = 0xfd;
WebAssembly.validate = (bytes) => {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  return !view.includes(VECTOR_PREFIX) && validate(bytes);
};
