// DecodeGraph: one token through a whole dense network, as a CUDA graph of our own kernels.
//
// A step of a small model is some 150 short kernels; launched one by one from the host they leave
// the memory bus idle most of the time. The graph is captured once, for one text; its pages and
// position are read from device memory, so it serves every text. Works on the legacy default
// stream, in order with libtorch's work there. One thread at a time. No exceptions.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/kernels/kernels.h"
#include "policy/result.h"

namespace seekd::model::kernels {

// All pointers are device memory and outlive the graph.
struct DecodeLayer {
  Norm attention_norm;
  Matrix query_key_value;  // [heads + 2 · kv_heads] · head_dim outputs
  Matrix attention_output;
  Norm feed_forward_norm;
  Matrix gate_up;  // 2 · feed_forward outputs
  Matrix down;
};

struct DecodeNetwork {
  const bf16* embedding = nullptr;  // [vocabulary, hidden]
  std::vector<DecodeLayer> layers;
  Norm final_norm;
  Matrix head;  // vocabulary outputs
  AttentionShape attention;
  RopeTables rope;
  int positions = 0;  // that the tables have
};

// The step of one text.
struct TextStep {
  StepState state;                      // but for its pages
  std::span<const std::int32_t> pages;  // host memory
};

class DecodeGraph {
 public:
  // Errors: unsupported (sizes that the kernels are not made for; names them), internal (the
  // driver's words).
  static Result<std::unique_ptr<DecodeGraph>> create(const DecodeNetwork& network);
  ~DecodeGraph();

  enum class Follow : std::uint8_t {
    unknown,  // logits() holds all of the step's
    best,     // run() will be called with the best token next: that step begins at once, so that
              // the GPU does not wait for the host. logits() is of no step in particular
  };

  // Runs the token behind the `position` that the text's pages hold, and writes its key and value
  // there. Gives the best next token. REQUIRES: there is a page for it; with Follow::best one for
  // the token after it too. Errors: internal.
  Result<Candidate> run(const TextStep& step, Follow follow);

  // Pages were written by another: a step that has begun does not count. To be called whenever they
  // are, for the same token may follow at the same place.
  void forget_begun();

  const float* logits() const;  // [vocabulary], device memory; until the next run()

 private:
  struct State;
  explicit DecodeGraph(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace seekd::model::kernels
