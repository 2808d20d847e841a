#include "daemon/routing/outgoing.h"

#include <algorithm>

#include "policy/quoted.h"

namespace seekd::daemon {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::vector<PrivateText> private_texts(const std::vector<model::Message>& conversation,
                                       const policy::MaskingPolicy& policy) {
  std::vector<PrivateText> found;
  for (const model::Message& message : conversation) {
    for (const policy::PrivateSpan& span : policy::find_private(message.content, policy)) {
      PrivateText text{span.kind, message.content.substr(span.begin, span.end - span.begin)};
      if (std::ranges::find(found, text) == found.end()) found.push_back(std::move(text));
    }
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
    for (const PrivateText& each : content.private_texts) {
      std::string mask = "[";
      mask.append(to_string(each.kind)).append("]");
      replace_all(message.content, each.text, mask);
    }
  }
  return messages;
}

}  // namespace seekd::daemon
