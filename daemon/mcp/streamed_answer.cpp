#include "daemon/mcp/streamed_answer.h"

#include <boost/json.hpp>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::string words_of(const json::object& step) {
  std::string words(step.at("step").as_string());
  for (const std::string_view name : {"url", "detail"}) {
    const json::value* value = step.if_contains(name);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) continue;
    words += name == "url" ? " " : ": ";
    words += std::string_view(value->get_string());
  }
  return words;
}

}  // namespace

std::optional<std::string> StreamedAnswer::read(std::string_view event) {
  json::error_code error;
  const json::value chunk = json::parse(event, error);
  if (error || !chunk.is_object()) return std::nullopt;  // [DONE]
  std::optional<std::string> step;
  for (const auto& [name, value] : chunk.get_object()) {
    if (name == "trace") {
      step = words_of(value.at(0).as_object());
    } else if (name == "choices") {
      for (const json::value& choice : value.as_array()) add_choice(choice.as_object());
    } else {
      rest_[name] = value;
    }
  }
  return step;
}

void StreamedAnswer::add_choice(const json::object& choice) {
  const json::object& delta = choice.at("delta").as_object();
  if (const json::value* text = delta.if_contains("content");
      text != nullptr && text->is_string()) {
    content_ += std::string_view(text->get_string());
  }
  if (const json::value* notes = delta.if_contains("annotations")) annotations_ = *notes;
}

json::object StreamedAnswer::reply() const {
  json::object reply = rest_;
  reply["choices"] =
      json::array{{{"message", {{"content", content_}, {"annotations", annotations_}}}}};
  return reply;
}

}  // namespace seekd::daemon
