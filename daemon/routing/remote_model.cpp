#include "daemon/routing/remote_model.h"

#include <algorithm>
#include <utility>

#include "daemon/routing/chat_body.h"
#include "daemon/routing/remote_calls.h"
#include "policy/quoted.h"

namespace seekd::daemon {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t bytes_per_token = 3;
constexpr std::size_t tokens_per_message = 8;  // its role and its marks
constexpr std::size_t tokens_per_prompt = 16;  // what templates put before them all
constexpr milliseconds probe_time_max{10'000};
constexpr milliseconds beyond_the_door{15'000};  // the door's own limits come first
constexpr double unlikely = -30.0;

// The server's words, where it says some.
std::string reason_of(const std::string& upstream, const fetcher::FetchReply& verdict,
                      const std::string& said) {
  std::string text = "the upstream " + policy::quoted(upstream) + ": " + verdict.message;
  if (!said.empty()) text += ": " + said;
  return text;
}

// A server that understood says so with 4xx; whose key is wrong, or who asks too often, has failed
// all the same, since the next request would be answered alike.
Error error_of(const std::string& upstream, const fetcher::FetchReply& verdict,
               const std::string& said) {
  using policy::EgressReason;
  Error error{ErrorCode::unavailable, reason_of(upstream, verdict, said)};
  const int status = verdict.http_status;
  if (verdict.reason == EgressReason::timeout) error.code = ErrorCode::timeout;
  if (verdict.reason == EgressReason::content_invalid) error.code = ErrorCode::corrupt;
  if (verdict.reason != EgressReason::http_error) return error;
  if (status == 429) error.code = ErrorCode::busy;
  if (status == 413) error.code = ErrorCode::too_large;
  if (status == 400 || status == 422) {
    // What servers say of a prompt over the context: "maximum context length", "context_length".
    const bool of_context = said.contains("context");
    error.code = of_context ? ErrorCode::too_large : ErrorCode::invalid_argument;
  }
  return error;
}

model::TokenLogprob logprob_of(const fetcher::UpstreamChance& chance) {
  return {.text = chance.text, .bytes = chance.text, .logprob = chance.logprob};
}

model::TextDelta delta_of(fetcher::UpstreamEvent& event) {
  model::TextDelta delta{std::move(event.content), std::move(event.reasoning)};
  for (const fetcher::UpstreamToken& token : event.tokens) {
    model::AnswerToken answer{logprob_of(token.chosen), {}};
    for (const auto& best : token.best) answer.best.push_back(logprob_of(best));
    delta.tokens.push_back(std::move(answer));
  }
  return delta;
}

model::FinishReason finish_of(fetcher::UpstreamFinish finish) {
  switch (finish) {
    case fetcher::UpstreamFinish::length:
      return model::FinishReason::length;
    case fetcher::UpstreamFinish::calls:
      return model::FinishReason::calls;
    case fetcher::UpstreamFinish::none:
    case fetcher::UpstreamFinish::stop:
      break;
  }
  return model::FinishReason::stop;
}

void take_usage(const fetcher::UpstreamUsage& usage, model::Generation& generation) {
  generation.prompt_tokens = usage.prompt_tokens;
  generation.cached_tokens = usage.cached_tokens;
  generation.completion_tokens = usage.completion_tokens;
  generation.reasoning_tokens = usage.reasoning_tokens;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? "" : text.substr(begin);
}

// The likeliest token that the continuation begins with.
model::Score score_of(const std::string& continuation, const fetcher::UpstreamToken& first) {
  double last = 0;
  double best = unlikely;
  for (const fetcher::UpstreamChance& chance : first.best) {
    last = std::min(last, chance.logprob);
    const std::string_view token = trimmed(chance.text);
    if (token.empty() || !trimmed(continuation).starts_with(token)) continue;
    best = std::max(best, chance.logprob);
  }
  return {.log_probability = best > unlikely ? best : last, .tokens = 1};
}

}  // namespace

RemoteModel::RemoteModel(const config::RouteConfig& route, const policy::Upstream& upstream,
                         std::filesystem::path fetcher_socket)
    : upstream_(upstream.name),
      model_(route.model),
      time_max_(upstream.timeout + beyond_the_door),
      caller_(std::move(fetcher_socket)) {
  info_.name = route.model;
  info_.architecture = "remote";
  info_.device = "upstream " + upstream.name;
  info_.context_tokens = route.context_tokens;
  info_.thinks = route.thinks;
  info_.calls_tools = true;  // who cannot, says so
}

// How it is, its route learns from its answers.
model::ModelHealth RemoteModel::health(std::chrono::steady_clock::time_point /*now*/) const {
  return {};
}

std::size_t RemoteModel::count_tokens(std::string_view text) const {
  return (text.size() + bytes_per_token - 1) / bytes_per_token;
}

Result<std::size_t> RemoteModel::count_prompt_tokens(const std::vector<model::Message>& messages,
                                                     const std::vector<model::Tool>& tools) const {
  std::size_t tokens = tokens_per_prompt;
  for (const model::Message& message : messages) {
    tokens += tokens_per_message + count_tokens(message.content);
    for (const model::ToolCall& call : message.calls) {
      tokens += tokens_per_message + count_tokens(call.name) + count_tokens(call.arguments);
    }
  }
  for (const model::Tool& tool : tools) {
    tokens += tokens_per_message + count_tokens(tool.name) + count_tokens(tool.description) +
              count_tokens(tool.parameters);
  }
  return tokens;
}

Status RemoteModel::call(policy::UpstreamPath path, const std::string& body,
                         const fetcher::UpstreamCaller::Take& take, const std::stop_token& stop,
                         milliseconds time_max) const {
  std::string said;
  const auto verdict = caller_.call(
      {upstream_, path, 0}, body,
      [&](fetcher::UpstreamEvent event) -> Status {
        if (!event.error.empty()) said = event.error;
        return event.error.empty() ? take(std::move(event)) : Status();
      },
      stop, time_max);
  if (!verdict) return std::unexpected(verdict.error());
  if (verdict->outcome != fetcher::FetchOutcome::delivered) {
    return std::unexpected(error_of(upstream_, *verdict, said));
  }
  if (said.empty()) return {};
  return fail(ErrorCode::unavailable, reason_of(upstream_, *verdict, said));
}

Result<model::Generation> RemoteModel::generate(
    const model::GenerateRequest& request,
    const std::function<void(const model::TextDelta&)>& on_text, std::stop_token stop) {
  model::Generation generation;
  bool finished = false;
  std::optional<fetcher::UpstreamUsage> usage;
  RemoteCalls calls(upstream_, request);
  const auto take = [&](fetcher::UpstreamEvent event) -> Status {
    if (event.usage) usage = event.usage;
    if (event.finish != fetcher::UpstreamFinish::none) {
      finished = true;
      generation.finish = finish_of(event.finish);
    }
    auto pieces = calls.take(event.calls);
    if (!pieces) return std::unexpected(pieces.error());
    model::TextDelta delta = delta_of(event);
    delta.calls = *std::move(pieces);
    generation.content += delta.content;
    generation.reasoning += delta.reasoning;
    if (!delta.content.empty() || !delta.reasoning.empty() || !delta.calls.empty()) on_text(delta);
    return {};
  };
  const Status called = call(policy::UpstreamPath::chat_completions, chat_body(request, model_),
                             take, stop, time_max_);
  if (!called) return std::unexpected(called.error());
  if (!finished) {
    return fail(ErrorCode::corrupt, "the upstream " + policy::quoted(upstream_) +
                                        " ended its answer without saying why");
  }
  Result<std::vector<model::ToolCall>> made = calls.finish();
  if (!made) return std::unexpected(std::move(made.error()));
  generation.calls = *std::move(made);
  if (!generation.calls.empty()) generation.finish = model::FinishReason::calls;
  if (usage) {
    take_usage(*usage, generation);
  } else {  // about: not every server counts what it streams
    generation.prompt_tokens = count_prompt_tokens(request.messages, request.tools).value_or(0);
    generation.completion_tokens = count_tokens(generation.content + generation.reasoning);
    for (const model::ToolCall& call : generation.calls) {
      generation.completion_tokens += count_tokens(call.name + call.arguments);
    }
  }
  return generation;
}

Result<std::vector<model::Score>> RemoteModel::score(const model::ScoreRequest& request,
                                                     std::stop_token stop) {
  std::optional<fetcher::UpstreamToken> first;
  const auto take = [&](fetcher::UpstreamEvent event) -> Status {
    if (!first && !event.tokens.empty()) first = std::move(event.tokens.front());
    return {};
  };
  const Status called = call(policy::UpstreamPath::chat_completions, score_body(request, model_),
                             take, stop, time_max_);
  if (!called) return std::unexpected(called.error());
  if (!first || first->best.empty()) {
    return fail(ErrorCode::unsupported, "the upstream " + policy::quoted(upstream_) +
                                            " tells no log-probabilities: take the task \"judge\" "
                                            "off its route");
  }
  std::vector<model::Score> scores;
  scores.reserve(request.continuations.size());
  for (const std::string& each : request.continuations) scores.push_back(score_of(each, *first));
  return scores;
}

Status RemoteModel::probe(const std::stop_token& stop) const {
  bool listed = false;
  const auto take = [&](const fetcher::UpstreamEvent& event) -> Status {
    listed = listed || event.model == model_;
    return {};
  };
  const Status called = call(policy::UpstreamPath::models, "", take, stop, probe_time_max);
  if (!called || listed) return called;
  return fail(ErrorCode::unavailable, "the upstream " + policy::quoted(upstream_) +
                                          " has no model " + policy::quoted(model_));
}

}  // namespace seekd::daemon
