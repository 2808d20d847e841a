#include "fetcher/wire_upstream.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "fetcher/json_fields.h"
#include "fetcher/wire.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::uint64_t tokens_of_usage_max = std::uint64_t{1} << 40;
constexpr std::size_t name_bytes_max = 64;
constexpr std::string_view what = "upstream event";

json::object json_of(const UpstreamChance& chance) {
  return {{"text", chance.text}, {"logprob", chance.logprob}};
}

json::object json_of(const UpstreamToken& token) {
  json::object object = json_of(token.chosen);
  json::array best;
  for (const UpstreamChance& chance : token.best) best.push_back(json_of(chance));
  if (!best.empty()) object["best"] = std::move(best);
  return object;
}

json::object json_of(const UpstreamUsage& usage) {
  return {{"prompt", usage.prompt_tokens},
          {"cached", usage.cached_tokens},
          {"completion", usage.completion_tokens},
          {"reasoning", usage.reasoning_tokens}};
}

Result<UpstreamToken> parse_token(const json::value& value, std::size_t best_max) {
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid_argument, "upstream event: no token");
  JsonFields reader(*object, what);
  UpstreamToken token;
  token.chosen.text = reader.text("text", upstream_event_bytes_max);
  token.chosen.logprob = reader.decimal("logprob");
  if (const json::array* best = best_max > 0 ? reader.array("best", best_max) : nullptr) {
    for (const json::value& each : *best) {
      Result<UpstreamToken> chance = parse_token(each, 0);
      if (!chance) return chance;
      token.best.push_back(std::move(chance->chosen));
    }
  }
  if (const Status read = reader.finish(); !read) return std::unexpected(read.error());
  return token;
}

Result<UpstreamUsage> parse_usage(const json::object& object) {
  JsonFields reader(object, what);
  UpstreamUsage usage;
  usage.prompt_tokens = reader.number("prompt", tokens_of_usage_max);
  usage.cached_tokens = reader.number("cached", tokens_of_usage_max);
  usage.completion_tokens = reader.number("completion", tokens_of_usage_max);
  usage.reasoning_tokens = reader.number("reasoning", tokens_of_usage_max);
  if (const Status read = reader.finish(); !read) return std::unexpected(read.error());
  return usage;
}

json::object json_of(const UpstreamCall& call) {
  json::object object{{"index", call.index}};
  if (!call.id.empty()) object["id"] = call.id;
  if (!call.name.empty()) object["name"] = call.name;
  if (!call.arguments.empty()) object["arguments"] = call.arguments;
  return object;
}

Status read_calls(JsonFields& reader, UpstreamEvent& event) {
  const json::array* calls = reader.array("calls", upstream_calls_max);
  if (calls == nullptr) return {};
  for (const json::value& value : *calls) {
    const json::object* object = value.if_object();
    if (object == nullptr) return fail(ErrorCode::invalid_argument, "upstream event: no call");
    JsonFields fields(*object, what);
    UpstreamCall call;
    call.index = fields.number("index", upstream_calls_max - 1);
    call.id = fields.text("id", upstream_name_bytes_max);
    call.name = fields.text("name", upstream_name_bytes_max);
    call.arguments = fields.text("arguments", upstream_event_bytes_max);
    if (const Status read = fields.finish(); !read) return read;
    event.calls.push_back(std::move(call));
  }
  return {};
}

std::string_view to_string(UpstreamFinish finish) {
  switch (finish) {
    case UpstreamFinish::none:
      return "";
    case UpstreamFinish::stop:
      return "stop";
    case UpstreamFinish::length:
      return "length";
    case UpstreamFinish::calls:
      return "calls";
  }
  return "";
}

UpstreamFinish parse_finish(std::string_view text) {
  for (const auto finish : {UpstreamFinish::none, UpstreamFinish::length, UpstreamFinish::calls}) {
    if (text == to_string(finish)) return finish;
  }
  return UpstreamFinish::stop;
}

Status read_tokens(JsonFields& reader, UpstreamEvent& event) {
  const json::array* tokens = reader.array("tokens", upstream_tokens_max);
  if (tokens == nullptr) return {};
  for (const json::value& value : *tokens) {
    Result<UpstreamToken> token = parse_token(value, upstream_best_max);
    if (!token) return std::unexpected(std::move(token.error()));
    event.tokens.push_back(*std::move(token));
  }
  return {};
}

}  // namespace

std::string to_json(const UpstreamRequest& request) {
  return json::serialize(json::object{{"upstream", request.upstream},
                                      {"path", to_string(request.path)},
                                      {"body_bytes", request.body_bytes}});
}

Result<UpstreamRequest> parse_upstream_request(std::string_view text) {
  if (text.size() > request_bytes_max) {
    return fail(ErrorCode::too_large,
                "upstream: more than " + std::to_string(request_bytes_max) + " bytes");
  }
  const auto object = parse_json_object(text, "upstream", 1);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "upstream");
  UpstreamRequest request;
  request.upstream = reader.text("upstream", name_bytes_max);
  const auto path = policy::parse_upstream_path(reader.text("path", name_bytes_max));
  request.body_bytes = reader.number("body_bytes", upstream_body_bytes_max);
  if (request.upstream.empty()) {
    reader.refuse(ErrorCode::invalid_argument, "upstream", "is missing");
  }
  if (path) {
    request.path = *path;
  } else {
    reader.refuse(ErrorCode::invalid_argument, "path", "is neither chat/completions nor models");
  }
  const bool posts = path == policy::UpstreamPath::chat_completions;
  if (posts != (request.body_bytes > 0)) {
    reader.refuse(ErrorCode::invalid_argument, "body_bytes",
                  "has to be above 0 of chat/completions, and 0 of models");
  }
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  return request;
}

std::string to_json(const UpstreamEvent& event) {
  json::object object;
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) object[key] = text;
  };
  add("content", event.content);
  add("reasoning", event.reasoning);
  add("error", event.error);
  add("model", event.model);
  json::array tokens;
  for (const UpstreamToken& token : event.tokens) tokens.push_back(json_of(token));
  if (!tokens.empty()) object["tokens"] = std::move(tokens);
  json::array calls;
  for (const UpstreamCall& call : event.calls) calls.push_back(json_of(call));
  if (!calls.empty()) object["calls"] = std::move(calls);
  if (event.finish != UpstreamFinish::none) object["finish"] = to_string(event.finish);
  if (event.usage) object["usage"] = json_of(*event.usage);
  return json::serialize(object);
}

Result<UpstreamEvent> parse_upstream_event(std::string_view line) {
  if (line.size() > upstream_line_bytes_max) {
    return fail(ErrorCode::too_large, "upstream event: the line is too long");
  }
  const auto object = parse_json_object(line, what, 6);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, what);
  UpstreamEvent event;
  event.content = reader.text("content", upstream_event_bytes_max);
  event.reasoning = reader.text("reasoning", upstream_event_bytes_max);
  event.error = reader.text("error", upstream_message_bytes_max);
  event.model = reader.text("model", upstream_model_bytes_max);
  event.finish = parse_finish(reader.text("finish", name_bytes_max));
  if (const Status read = read_tokens(reader, event); !read) return std::unexpected(read.error());
  if (const Status read = read_calls(reader, event); !read) return std::unexpected(read.error());
  if (const json::object* usage = reader.object("usage")) {
    const auto read = parse_usage(*usage);
    if (!read) return std::unexpected(read.error());
    event.usage = *read;
  }
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  return event;
}

}  // namespace seekd::fetcher
