// Model: text out of messages. A plain interface; TorchModel runs weights of its own, a remote
// server can be another.
//
// All functions may be called from any thread at once; each generation has a thread of its caller's
// to itself. No exception leaves model/.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "model/health.h"
#include "policy/result.h"

namespace seekd::model {

class Grammar;

enum class Role : std::uint8_t {
  system,
  user,
  assistant,
  tool,  // what a called function gave back
};

// A function that a model may call.
struct Tool {
  std::string name;         // [A-Za-z0-9_-]{1,64}
  std::string description;  // "": none
  std::string parameters;   // JSON Schema of an object, as JSON text

  bool operator==(const Tool&) const = default;
};

// A call that a model has made.
struct ToolCall {
  std::string id;  // unique within its conversation
  std::string name;
  std::string arguments;  // JSON text

  bool operator==(const ToolCall&) const = default;
};

struct Message {
  Role role = Role::user;
  std::string content;               // text; what looks like a special token in it stays text
  std::vector<ToolCall> calls = {};  // of the assistant: made behind the content
  std::string call_id = {};          // of role tool: the call that it answers
};

// Whether a model calls one of its request's tools.
struct ToolUse {
  enum class Mode : std::uint8_t {
    automatic,  // as it sees fit
    none,       // it is told of them and calls none
    required,   // its answer is one call or more
  };
  Mode mode = Mode::automatic;
  std::string only = {};  // required: the tool that is called; "": any
  bool parallel = true;   // more than one call in an answer

  bool operator==(const ToolUse&) const = default;
};

struct Sampling {
  double temperature = 0.0;  // 0: greedy
  double top_p = 1.0;        // (0, 1]
  std::size_t top_k = 0;     // 0: of all
  double min_p = 0.0;        // [0, 1]: of the best token's probability
  std::uint64_t seed = 0;    // same seed, same prompt, same weights, same device: same text

  // Off a token's logit: for each time that the answer so far has it, and once where it has it.
  double frequency_penalty = 0.0;   // [-2, 2]
  double presence_penalty = 0.0;    // [-2, 2]
  double repetition_penalty = 1.0;  // [0.01, 100]: divides it where prompt or answer have it

  // Log-probabilities are told: each token's, and those of so many best ones. At most 20.
  std::optional<std::size_t> logprobs = std::nullopt;
};

// Who goes first where not all can: texts of a lower class wait, and lose their pages first; a
// share of the work is theirs in any case.
enum class Priority : std::uint8_t {
  interactive,  // somebody waits for it
  background,   // it may take its time
};

// Whether a model that thinks does so before it answers, and how long.
struct Thinking {
  enum class Mode : std::uint8_t {
    as_trained,  // what its chat template does where nothing is asked for
    none,        // the template's way to an answer without a thought
    wanted,      // a thought also where the template leaves it open and does without
  };
  Mode mode = Mode::as_trained;
  // Tokens of the thought; then it is closed, and the answer written. Half of the request's
  // tokens_max are the answer's in any case. nullopt: no limit of its own.
  std::optional<std::size_t> tokens_max = std::nullopt;

  bool operator==(const Thinking&) const = default;
};

struct GenerateRequest {
  std::vector<Message> messages;  // REQUIRES: not empty, where there is no `prompt`
  Sampling sampling;
  std::vector<std::string> stop;  // the text ends before the first of them; at most 4, none empty
  std::size_t tokens_max = 256;   // REQUIRES: > 0
  std::string cache_salt;         // computed prefixes are shared with requests of the same salt
  Priority priority = Priority::interactive;
  Thinking thinking = {};
  // The answer, behind a thought, is a text of it; nullptr: it is free.
  std::shared_ptr<const Grammar> shape = nullptr;
  // A text to go on with, in place of messages, without template and turns: names of special tokens
  // in it are those tokens, and what the model thinks is text. REQUIRES: not empty.
  std::optional<std::string> prompt = std::nullopt;
  // Told of in the form of the model's chat template; none with `prompt` or `shape`.
  std::vector<Tool> tools = {};
  ToolUse tool_use = {};
};

enum class FinishReason : std::uint8_t {
  stop,    // the model ended, or a stop string was met
  length,  // tokens_max or the context was full
  calls,   // the model waits for what the tools that it called give back
};

// A token by what it stands for, and the natural logarithm of its probability as the model gives
// it: before penalties, temperature and whatever else is sampled by.
struct TokenLogprob {
  std::string text;   // UTF-8; U+FFFD for what is part of a character
  std::string bytes;  // all of them
  double logprob = 0;
};

// A token of the answer, and the best ones of its place, best first.
struct AnswerToken {
  TokenLogprob chosen;
  std::vector<TokenLogprob> best;
};

// A piece of a call as it becomes certain. The first one of a call brings its id and its name.
struct ToolCallDelta {
  std::size_t index = 0;  // of Generation::calls
  std::string id;
  std::string name;
  std::string arguments;  // what follows the pieces before, as it was written

  bool operator==(const ToolCallDelta&) const = default;
};

// One piece of output as it becomes certain: never part of a stop string, never half a UTF-8
// character.
struct TextDelta {
  std::string content;                   // the answer's text
  std::string reasoning;                 // of a thinking model: what stands before </think>
  std::vector<AnswerToken> tokens = {};  // of the content, where Sampling::logprobs asks for them
  std::vector<ToolCallDelta> calls = {};
};

struct Generation {
  std::string content;
  std::string reasoning;
  FinishReason finish = FinishReason::stop;
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;  // of the prompt: known from an earlier request, and not run again
  std::size_t completion_tokens = 0;
  std::size_t reasoning_tokens = 0;  // of them: the thought's, without its marks
  std::vector<ToolCall> calls = {};  // their arguments are JSON objects
};

struct ScoreRequest {
  std::vector<Message> messages;           // REQUIRES: not empty
  std::vector<std::string> continuations;  // REQUIRES: at least one, none empty
  std::string cache_salt;                  // as in GenerateRequest
  Priority priority = Priority::interactive;
};

// How likely an answer is that begins with a continuation.
struct Score {
  double log_probability = 0;  // natural, of all its tokens together
  std::size_t tokens = 0;
};

struct ModelInfo {
  std::string name;          // file or folder name without its ending
  std::string adapter;       // name of the LoRA that is merged into it; "" none
  std::string architecture;  // "llama", "qwen2"
  std::string device;        // "cpu", "cuda:0 (NVIDIA …), own kernels, int8 weights"
  std::uint64_t parameters = 0;
  std::size_t context_tokens = 0;
  bool thinks = false;       // can it, by its chat template?
  bool calls_tools = false;  // has its chat template a form for tools?
};

// Memory for keys and values.
struct KvMemory {
  std::uint64_t held = 0;  // bytes of the generations that run
  std::uint64_t kept =
      0;  // bytes of earlier ones, for prompts that begin alike; given up where needed
  std::uint64_t total = 0;
  std::uint64_t on_host = 0;  // bytes kept in the host's memory, beside them
};

// Of all generations so far. Tokens that are guessed are judged several in one step.
struct SpeculationCounts {
  std::uint64_t drafts = 0;
  std::uint64_t drafted_tokens = 0;
  std::uint64_t accepted_tokens = 0;  // of them
};

class Model {
 public:
  virtual ~Model() = default;

  virtual const ModelInfo& info() const = 0;

  // As it is now.
  virtual KvMemory kv_memory() const = 0;
  virtual SpeculationCounts speculation() const = 0;

  // Never waits, whatever the device does.
  virtual ModelHealth health(std::chrono::steady_clock::time_point now) const = 0;
  virtual StepFailures step_failures() const = 0;

  // Tokens of `text` as page text: special tokens off.
  virtual std::size_t count_tokens(std::string_view text) const = 0;

  // Tokens of the messages and tools as generate() would see them, template included. Errors:
  // unsupported, as generate()'s.
  virtual Result<std::size_t> count_prompt_tokens(const std::vector<Message>& messages,
                                                  const std::vector<Tool>& tools) const = 0;

  // Errors: too_large (the prompt does not fit the context; the message says both numbers),
  // cancelled (`stop` was requested; checked at least once a token and once a prefill chunk),
  // unavailable (it is not healthy, or memory ran out), unsupported (tools, and its chat template
  // has no form for them), internal.
  virtual Result<Generation> generate(const GenerateRequest& request,
                                      const std::function<void(const TextDelta&)>& on_text,
                                      std::stop_token stop) = 0;

  // A score for each continuation, as the model's answer to the messages; of a model that thinks,
  // as its answer without a thought. One pass over the prompt. Errors: as generate()'s; internal
  // where the model's output is not a number.
  virtual Result<std::vector<Score>> score(const ScoreRequest& request, std::stop_token stop) = 0;
};

}  // namespace seekd::model
