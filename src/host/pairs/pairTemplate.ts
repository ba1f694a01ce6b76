/** What *Create Pair File* writes: the bundled pair, which works at once, and a remote pair to adapt. */
export const PAIR_TEMPLATE = `{
  // The pairs that Driftscope compares: a baseline, and the reasoning model that was made from it.
  "pairs": {
    // Two tiny models that come with Driftscope. They run on this machine, without network or GPU.
    "demo": {
      "method": "sft",
      "baseline": { "gguf": "bundled:organism-instruct" },
      "reasoning": { "gguf": "bundled:organism-sft", "trace": ["<think>", "</think>"] },
      "sampling": { "temperature": 0, "maxTokens": 512, "seed": 1 }
    }

    // Two models behind OpenAI-compatible servers (vLLM, SGLang, llama.cpp …). A key is never written here: name an
    // environment variable, or leave "apiKey" out and run “Driftscope: Set API Key for Endpoint…”.
    // , "r1-distill-7b": {
    //   "method": "distillation",
    //   "baseline": {
    //     "url": "http://127.0.0.1:8000/v1",
    //     "model": "Qwen/Qwen2.5-7B-Instruct",
    //     "apiKey": "\${env:LAB_KEY}"
    //   },
    //   "reasoning": { "url": "http://127.0.0.1:8001/v1", "model": "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B" },
    //   "sampling": { "temperature": 0, "maxTokens": 4096, "seed": 1 },
    //   "lineage": { "base": "Qwen/Qwen2.5-7B", "notes": "who trained it, on what" }
    // }

    // A baseline that writes no trace can be asked for one: "elicitTrace": true. It is then marked as elicited.
    // A GGUF file on this machine ("./models/mine.gguf") goes where "bundled:…" stands.
  }
}
`;
