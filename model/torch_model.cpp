#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "model/engine/output_stream.h"
#include "model/shape/shapes.h"
#include "model/shape/tool_grammar.h"
#include "model/text/call_ids.h"
#include "model/text/call_syntax.h"
#include "model/text/tool_call_reader.h"
#include "model/torch_errors.h"
#include "model/torch_model_parts.h"

namespace seekd::model {

namespace {

bool ends_sentence(std::string_view text) {
  const std::size_t last = text.find_last_not_of(' ');
  if (last == text.npos) return false;
  text = text.substr(0, last + 1);
  constexpr std::array<std::string_view, 7> ends = {".", "!", "?", "\n", "。", "！", "？"};
  return std::ranges::any_of(ends, [&](std::string_view end) { return text.ends_with(end); });
}

// nullopt: the vocabulary has no thoughts. REQUIRES: `tokenizer` outlives the result.
std::optional<ThoughtMarks> thought_marks(const Tokenizer& tokenizer) {
  const auto begin = tokenizer.find("<think>");
  const auto end = tokenizer.find("</think>");
  if (!begin || !end) return std::nullopt;
  ThoughtMarks marks{.begin = *begin, .end = *end, .closing = {}, .ends_sentence = {}};
  marks.closing = tokenizer.encode("\n", SpecialTokens::as_text);
  marks.closing.push_back(*end);
  const auto breaks = tokenizer.encode("\n\n", SpecialTokens::as_text);
  marks.closing.insert(marks.closing.end(), breaks.begin(), breaks.end());
  marks.ends_sentence = [&tokenizer](TokenId token) {
    return ends_sentence(tokenizer.token_bytes(token));
  };
  return marks;
}

class TorchModel final : public Model {
 public:
  explicit TorchModel(TorchModelParts parts)
      : waits_(std::move(parts.waits)),
        tokenizer_(std::move(parts.tokenizer)),
        chat_template_(std::move(parts.chat_template)),
        info_(std::move(parts.info)),
        page_bytes_(parts.page_bytes),
        thought_marks_(thought_marks(tokenizer_)),
        call_syntax_(call_syntax(chat_template_.tool_form(), tokenizer_)),
        shapes_(tokenizer_, parts.settings.end_ids, call_syntax_.tokens),
        engine_(std::move(parts.network), std::move(parts.settings)) {}

  const ModelInfo& info() const override { return info_; }

  KvMemory kv_memory() const override {
    const PagePool::Usage pages = engine_.usage();
    return {pages.held * page_bytes_, pages.kept * page_bytes_, pages.total * page_bytes_,
            pages.on_host * page_bytes_};
  }

  SpeculationCounts speculation() const override { return engine_.speculation(); }

  ModelHealth health(std::chrono::steady_clock::time_point now) const override {
    return engine_.health(now);
  }

  StepFailures step_failures() const override { return engine_.failures(); }

  std::size_t count_tokens(std::string_view text) const override {
    return tokenizer_.encode(text, SpecialTokens::as_text).size();
  }

  Result<std::size_t> count_prompt_tokens(const std::vector<Message>& messages,
                                          const std::vector<Tool>& tools) const override {
    return stop_exceptions("counting tokens", [&]() -> Result<std::size_t> {
      if (auto served = serves(messages, tools); !served) return std::unexpected(served.error());
      return chat_template_.encode(tokenizer_, messages, Thinking::Mode::as_trained, tools).size();
    });
  }

  Result<Generation> generate(const GenerateRequest& request,
                              const std::function<void(const TextDelta&)>& on_text,
                              std::stop_token stop) override {
    assert((request.prompt || !request.messages.empty()) && request.tokens_max > 0);
    return stop_exceptions("generating", [&]() -> Result<Generation> {
      if (auto served = serves(request.messages, request.tools); !served) {
        return std::unexpected(served.error());
      }
      auto prompt = prompt_of(request);
      if (prompt.size() + 1 > info_.context_tokens) return prompt_too_large(prompt.size());
      return run(std::move(prompt), request, on_text, stop);
    });
  }

  Result<std::vector<Score>> score(const ScoreRequest& request, std::stop_token stop) override {
    assert(!request.messages.empty() && !request.continuations.empty());
    return stop_exceptions("judging", [&]() -> Result<std::vector<Score>> {
      if (auto served = serves(request.messages, {}); !served) {
        return std::unexpected(served.error());
      }
      return judge(request, stop);
    });
  }

 private:
  std::vector<TokenId> prompt_of(const GenerateRequest& request) const {
    if (request.prompt) return chat_template_.encode_text(tokenizer_, *request.prompt);
    return chat_template_.encode(tokenizer_, request.messages, request.thinking.mode,
                                 request.tools);
  }

  OutputStream::Part begin_of(const GenerateRequest& request) const {
    if (request.prompt) return OutputStream::Part::raw;
    return chat_template_.starts_thinking(request.messages, request.thinking.mode)
               ? OutputStream::Part::reasoning
               : OutputStream::Part::answer;
  }

  // Nothing where no call is looked for.
  std::optional<ToolCallReader> reader_of(const GenerateRequest& request,
                                          std::span<const TokenId> prompt) const {
    const bool none = request.tools.empty() || request.tool_use.mode == ToolUse::Mode::none;
    if (none || request.prompt) return std::nullopt;
    return ToolCallReader(call_syntax_, request.tools, request.tool_use,
                          call_seed(prompt, request.sampling.seed));
  }

  // Has the template a form for what they hold?
  Status serves(const std::vector<Message>& messages, const std::vector<Tool>& tools) const;

  std::unexpected<Error> prompt_too_large(std::size_t prompt_tokens) const {
    return fail(ErrorCode::too_large,
                "the prompt has " + std::to_string(prompt_tokens) +
                    " tokens and the context holds " + std::to_string(info_.context_tokens) +
                    ", one of them for the answer; shorten the prompt or raise "
                    "model.context_tokens_max");
  }

  Result<Generation> run(std::vector<TokenId> prompt, const GenerateRequest& request,
                         const std::function<void(const TextDelta&)>& on_text,
                         const std::stop_token& stop);

  Result<std::vector<Score>> judge(const ScoreRequest& request, const std::stop_token& stop);
  std::optional<Thought> thought(const GenerateRequest& request, std::size_t made_max) const;
  Result<std::shared_ptr<const Grammar>> grammar_of(const GenerateRequest& request) const;
  Result<std::optional<ShapedText>> shape(const GenerateRequest& request);

  const ShortWaits waits_;
  const Tokenizer tokenizer_;
  const ChatTemplate chat_template_;
  const ModelInfo info_;
  const std::uint64_t page_bytes_;
  const std::optional<ThoughtMarks> thought_marks_;
  const CallSyntax call_syntax_;
  Shapes shapes_;
  Engine engine_;
};

Result<Generation> TorchModel::run(std::vector<TokenId> prompt, const GenerateRequest& request,
                                   const std::function<void(const TextDelta&)>& on_text,
                                   const std::stop_token& stop) {
  auto shaped = shape(request);
  if (!shaped) return std::unexpected(shaped.error());
  OutputStream output(tokenizer_, begin_of(request), request.stop, on_text,
                      reader_of(request, prompt));
  Generation generation;
  generation.prompt_tokens = prompt.size();
  const std::size_t room = info_.context_tokens - prompt.size();
  const std::size_t made_max = std::min(request.tokens_max, room);
  const std::size_t tokens_max = prompt.size() + made_max;
  const auto outcome = engine_.run(
      {std::move(prompt), tokens_max, request.sampling, request.cache_salt, request.priority,
       thought(request, made_max), *std::move(shaped)},
      [&output](const DrawnToken& drawn) {
        output.push(drawn.token, drawn.odds);
        return !output.stopped();
      },
      stop);
  if (!outcome) return std::unexpected(outcome.error());
  output.finish();
  generation.content = output.content();
  generation.reasoning = output.reasoning();
  generation.calls = output.calls();
  generation.finish = output.stopped() ? FinishReason::stop : outcome->finish;
  if (!generation.calls.empty() && generation.finish == FinishReason::stop) {
    generation.finish = FinishReason::calls;
  }
  generation.cached_tokens = outcome->cached_tokens;
  generation.completion_tokens = outcome->made_tokens;
  generation.reasoning_tokens = output.reasoning_tokens();
  return generation;
}

Status TorchModel::serves(const std::vector<Message>& messages,
                          const std::vector<Tool>& tools) const {
  const bool called = std::ranges::any_of(messages, [](const Message& message) {
    return message.role == Role::tool || !message.calls.empty();
  });
  if (info_.calls_tools || (tools.empty() && !called)) return {};
  return fail(ErrorCode::unsupported,
              "the chat template of " + info_.name +
                  " has no form for tools; ask without tools, their calls and results, or run a "
                  "model that was trained on them (Qwen2.5, Llama 3.1, DeepSeek V3 or R1)");
}

std::optional<Thought> TorchModel::thought(const GenerateRequest& request,
                                           std::size_t made_max) const {
  const auto& [mode, tokens_max] = request.thinking;
  if (!tokens_max || !thought_marks_ || request.prompt) return std::nullopt;
  const auto at = chat_template_.starts_thinking(request.messages, mode) ? Thought::At::inside
                                                                         : Thought::At::outside;
  return Thought(*thought_marks_, std::min(*tokens_max, made_max / 2), at);
}

// What the answer is a text of; nullptr: anything.
Result<std::shared_ptr<const Grammar>> TorchModel::grammar_of(
    const GenerateRequest& request) const {
  if (request.shape || request.tools.empty() || request.prompt) return request.shape;
  auto calls = compile_tool_calls(request.tools, request.tool_use, call_syntax_);
  if (!calls) return std::unexpected(calls.error());
  return std::make_shared<const Grammar>(*std::move(calls));
}

Result<std::optional<ShapedText>> TorchModel::shape(const GenerateRequest& request) {
  const auto grammar = grammar_of(request);
  if (!grammar) return std::unexpected(grammar.error());
  if (!*grammar) return std::nullopt;
  using At = ShapedText::At;
  const Thinking::Mode mode = request.thinking.mode;
  if (!request.prompt && chat_template_.starts_thinking(request.messages, mode)) {
    return shapes_.text(*grammar, At::inside_thought);
  }
  const bool open = chat_template_.leaves_thought_open(mode);
  return shapes_.text(*grammar, open ? At::open : At::answer);
}

Result<std::vector<Score>> TorchModel::judge(const ScoreRequest& request,
                                             const std::stop_token& stop) {
  Engine::ScoreRequest judged{
      .prompt = chat_template_.encode(tokenizer_, request.messages, Thinking::Mode::none),
      .continuations = {},
      .cache_salt = request.cache_salt,
      .priority = request.priority};
  std::vector<Score> scores;
  for (const std::string& continuation : request.continuations) {
    judged.continuations.push_back(tokenizer_.encode(continuation, SpecialTokens::as_text));
    scores.push_back({.tokens = judged.continuations.back().size()});
    const std::size_t whole = judged.prompt.size() + scores.back().tokens;
    if (whole > info_.context_tokens) return prompt_too_large(whole - 1);
  }
  const auto logarithms = engine_.score(std::move(judged), stop);
  if (!logarithms) return std::unexpected(logarithms.error());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite((*logarithms)[i])) {
      return fail(ErrorCode::internal,
                  "the model's output is not a number; its weights are damaged or overflow");
    }
    scores[i].log_probability = (*logarithms)[i];
  }
  return scores;
}

}  // namespace

std::unique_ptr<Model> make_torch_model(TorchModelParts parts) {
  return std::make_unique<TorchModel>(std::move(parts));
}

}  // namespace seekd::model
