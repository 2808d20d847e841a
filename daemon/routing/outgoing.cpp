#include "daemon/routing/outgoing.h"

#include <algorithm>

#include <boost/json.hpp>

#include "policy/quoted.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

std::string mask_of(const PrivateText& text) {
  std::string mask = "[";
  return mask.append(to_string(text.kind)).append("]");
}

void mask_text(std::string& text, const std::vector<PrivateText>& hidden) {
  for (const PrivateText& each : hidden) replace_all(text, each.text, mask_of(each));
}

// What is masked is text then, a number too.
void mask_value(json::value& value, const std::vector<PrivateText>& hidden) {
  if (value.is_object()) {
    for (auto& field : value.get_object()) mask_value(field.value(), hidden);
  } else if (value.is_array()) {
    for (json::value& each : value.get_array()) mask_value(each, hidden);
  } else {
    std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    const std::string before = text;
    mask_text(text, hidden);
    if (text != before) value = text;
  }
}

// REQUIRES: arguments are JSON, as a call's are.
void mask_arguments(std::string& arguments, const std::vector<PrivateText>& hidden) {
  json::value value = json::parse(arguments);
  mask_value(value, hidden);
  arguments = json::serialize(value);
}

void add_private(std::string_view text, const policy::MaskingPolicy& policy,
                 std::vector<PrivateText>& found) {
  for (const policy::PrivateSpan& span : policy::find_private(text, policy)) {
    PrivateText each{span.kind, std::string(text.substr(span.begin, span.end - span.begin))};
    if (std::ranges::find(found, each) == found.end()) found.push_back(std::move(each));
  }
}

}  // namespace

std::vector<PrivateText> private_texts(const std::vector<model::Message>& conversation,
                                       const policy::MaskingPolicy& policy) {
  std::vector<PrivateText> found;
  for (const model::Message& message : conversation) {
    add_private(message.content, policy, found);
    for (const model::ToolCall& call : message.calls) add_private(call.arguments, policy, found);
  }
  // What another one holds is not replaced within it.
  std::ranges::stable_sort(found, std::greater<>(),
                           [](const PrivateText& each) { return each.text.size(); });
  return found;
}

std::optional<std::string> forbidden_to_leave(const PromptContent& content,
                                              const config::RouteConfig& route) {
  if (route.is_local()) return std::nullopt;
  if (content.has_shape) {
    return "a response_format is kept to by the local model alone, and not by the model " +
           policy::quoted(route.name);
  }
  for (const std::string& collection : content.collections) {
    if (std::ranges::find(route.collections, collection) == route.collections.end()) {
      return "pages of the collection " + policy::quoted(collection) +
             " do not leave this host for the model " + policy::quoted(route.name);
    }
  }
  if (route.private_data != config::PrivateData::refuse || content.private_texts.empty()) {
    return std::nullopt;
  }
  return "what it says of a person (" + std::string(to_string(content.private_texts.front().kind)) +
         ") does not leave this host for the model " + policy::quoted(route.name);
}

std::vector<model::Message> as_they_leave(std::vector<model::Message> messages,
                                          const PromptContent& content,
                                          const config::RouteConfig& route) {
  if (route.is_local() || route.private_data != config::PrivateData::mask) return messages;
  for (model::Message& message : messages) {
    mask_text(message.content, content.private_texts);
    if (content.private_texts.empty()) continue;
    for (model::ToolCall& call : message.calls) {
      mask_arguments(call.arguments, content.private_texts);
    }
  }
  return messages;
}

}  // namespace seekd::daemon
