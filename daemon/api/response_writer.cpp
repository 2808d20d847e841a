#include "daemon/api/response_writer.h"

#include <utility>

#include "daemon/api/answer_json.h"
#include "daemon/api/response_items.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

json::object place_of(std::string_view item_id, std::size_t output_index) {
  return {{"item_id", item_id}, {"output_index", output_index}};
}

// Of the one part that an item has.
json::object part_place_of(std::string_view item_id, std::size_t output_index) {
  json::object fields = place_of(item_id, output_index);
  fields["content_index"] = 0;
  return fields;
}

}  // namespace

ResponseWriter::Events ResponseWriter::step(const TraceStep& step) {
  Events events;
  const auto changes = calls_.take(step);
  if (changes.empty()) return events;
  begin(events);
  tell_calls(events, changes);
  return events;
}

ResponseWriter::Events ResponseWriter::text(const model::TextDelta& delta) {
  Events events;
  begin(events);
  tell_calls(events, calls_.end());
  if (!delta.reasoning.empty()) think(events, delta.reasoning);
  if (!delta.content.empty() || !delta.tokens.empty()) write(events, delta.content, delta.tokens);
  for (const model::ToolCallDelta& piece : delta.calls) call(events, piece);
  return events;
}

ResponseWriter::Events ResponseWriter::done(const Answer& answer) {
  Events events;
  begin(events);
  tell_calls(events, calls_.end());
  if (!thought_ && !answer.reasoning.empty()) think(events, answer.reasoning);
  // Who calls may say nothing beside.
  if (!message_ && (answer.calls.empty() || !answer.content.empty())) {
    write(events, answer.content, answer.tokens);
  }
  end_thought(events);
  if (message_) end_message(events, answer);
  end_functions(events, answer.calls);
  const bool whole = answer.finish != model::FinishReason::length;
  response_ = response_json(whole ? "completed" : "incomplete");
  if (!whole) response_["incomplete_details"] = {{"reason", "max_output_tokens"}};
  response_["usage"] = response_usage_json(answer);
  add_sources(response_, answer);
  tell_response(events, whole ? "response.completed" : "response.incomplete");
  return events;
}

ResponseWriter::Events ResponseWriter::failed(const ApiError& error) {
  Events events;
  tell_calls(events, calls_.end());
  response_ = response_json("failed");
  response_["error"] = {{"code", error.code}, {"message", error.message}};
  tell_response(events, "response.failed");
  return events;
}

void ResponseWriter::begin(Events& events) {
  if (sequence_ > 0) return;
  response_ = response_json("in_progress");
  tell_response(events, "response.created");
  tell_response(events, "response.in_progress");
}

void ResponseWriter::tell(Events& events, std::string_view type, const json::object& fields) {
  json::object data{{"type", type}, {"sequence_number", sequence_++}};
  for (const auto& field : fields) data.insert(field);
  events.push_back({type, json::serialize(data)});
}

void ResponseWriter::tell_response(Events& events, std::string_view type) {
  tell(events, type, {{"response", response_}});
}

void ResponseWriter::tell_calls(Events& events,
                                const std::vector<WebSearchCalls::Change>& changes) {
  for (const auto& [number, began, ended] : changes) {
    WebSearchCall call = calls_.calls()[number];
    if (began) {
      const WebSearchCall::State state = std::exchange(call.state, WebSearchCall::State::under_way);
      const std::string id = item_id("ws");
      call_indices_.push_back(add_item(events, call_item_json(id, call, head_.sources)));
      tell(events, "response.web_search_call.in_progress", place_of(id, call_indices_.back()));
      tell(events, "response.web_search_call.searching", place_of(id, call_indices_.back()));
      call.state = state;
    }
    if (!ended) continue;
    const std::size_t index = call_indices_[number];
    const std::string id(output_[index].at("id").as_string());
    if (call.state == WebSearchCall::State::completed) {
      tell(events, "response.web_search_call.completed", place_of(id, index));
    }
    end_item(events, index, call_item_json(id, call, head_.sources));
  }
}

void ResponseWriter::think(Events& events, std::string_view text) {
  if (!thought_) {
    const std::string id = item_id("rs");
    const std::size_t index = add_item(events, reasoning_item_json(id, "in_progress", {}));
    thought_ = Text{index, id, ""};
    json::object fields = part_place_of(id, index);
    fields["part"] = reasoning_part_json("");
    tell(events, "response.content_part.added", fields);
  }
  thought_->text += text;
  json::object fields = part_place_of(thought_->id, thought_->index);
  fields["delta"] = text;
  tell(events, "response.reasoning_text.delta", fields);
}

void ResponseWriter::end_thought(Events& events) {
  if (!thought_ || std::exchange(thought_ended_, true)) return;
  const auto& [index, id, text] = *thought_;
  json::object fields = part_place_of(id, index);
  fields["text"] = text;
  tell(events, "response.reasoning_text.done", fields);
  fields = part_place_of(id, index);
  fields["part"] = reasoning_part_json(text);
  tell(events, "response.content_part.done", fields);
  end_item(events, index, reasoning_item_json(id, "completed", {reasoning_part_json(text)}));
}

void ResponseWriter::write(Events& events, std::string_view text,
                           const std::vector<model::AnswerToken>& tokens) {
  end_thought(events);
  if (!message_) {
    const std::string id = item_id("msg");
    const std::size_t index = add_item(events, message_item_json(id, "in_progress", {}));
    message_ = Text{index, id, ""};
    json::object fields = part_place_of(id, index);
    fields["part"] = text_part_json("", {}, {});
    tell(events, "response.content_part.added", fields);
  }
  message_->text += text;
  json::object fields = part_place_of(message_->id, message_->index);
  fields["delta"] = text;
  fields["logprobs"] = token_logprobs_json(tokens);
  tell(events, "response.output_text.delta", fields);
}

void ResponseWriter::end_message(Events& events, const Answer& answer) {
  const auto& [index, id, text] = *message_;
  json::array annotations;
  for (const Citation& citation : answer.citations) {
    json::object fields = part_place_of(id, index);
    fields["annotation_index"] = annotations.size();
    fields["annotation"] = flat_annotation_json(answer, citation);
    annotations.push_back(fields["annotation"]);
    tell(events, "response.output_text.annotation.added", fields);
  }
  json::array logprobs = token_logprobs_json(answer.tokens);
  json::object fields = part_place_of(id, index);
  fields["text"] = text;
  fields["logprobs"] = logprobs;
  tell(events, "response.output_text.done", fields);
  const json::object part = text_part_json(text, std::move(annotations), std::move(logprobs));
  fields = part_place_of(id, index);
  fields["part"] = part;
  tell(events, "response.content_part.done", fields);
  const bool whole = answer.finish != model::FinishReason::length;
  end_item(events, index, message_item_json(id, whole ? "completed" : "incomplete", {part}));
}

void ResponseWriter::call(Events& events, const model::ToolCallDelta& delta) {
  end_thought(events);
  if (delta.index == functions_.size()) {
    const std::string id = item_id("fc");
    const model::ToolCall made{delta.id, delta.name, ""};
    const std::size_t index = add_item(events, function_item_json(id, "in_progress", made));
    functions_.push_back({index, id, made});
  }
  Function& function = functions_[delta.index];
  function.call.arguments += delta.arguments;
  json::object fields = place_of(function.id, function.index);
  fields["delta"] = delta.arguments;
  tell(events, "response.function_call_arguments.delta", fields);
}

void ResponseWriter::end_functions(Events& events, const std::vector<model::ToolCall>& calls) {
  for (std::size_t at = functions_.size(); at < calls.size(); ++at) {
    call(events, {at, calls[at].id, calls[at].name, calls[at].arguments});
  }
  for (const auto& [index, id, made] : functions_) {
    json::object fields = place_of(id, index);
    fields["name"] = made.name;
    fields["arguments"] = made.arguments;
    tell(events, "response.function_call_arguments.done", fields);
    end_item(events, index, function_item_json(id, "completed", made));
  }
}

std::size_t ResponseWriter::add_item(Events& events, json::object item) {
  const std::size_t index = output_.size();
  tell(events, "response.output_item.added", {{"output_index", index}, {"item", item}});
  output_.push_back(std::move(item));
  return index;
}

void ResponseWriter::end_item(Events& events, std::size_t index, json::object item) {
  tell(events, "response.output_item.done", {{"output_index", index}, {"item", item}});
  output_[index] = std::move(item);
}

std::string ResponseWriter::item_id(std::string_view kind) const {
  return std::string(kind) + "_" + head_.id + "_" + std::to_string(output_.size());
}

json::object ResponseWriter::response_json(std::string_view status) const {
  json::object response{{"id", "resp_" + head_.id},
                        {"object", "response"},
                        {"created_at", head_.created.time_since_epoch().count()},
                        {"status", status},
                        {"error", nullptr},
                        {"incomplete_details", nullptr},
                        {"model", head_.model},
                        {"output", output_},
                        {"usage", nullptr}};
  for (const auto& field : head_.settings) response.insert(field);
  return response;
}

}  // namespace seekd::daemon
