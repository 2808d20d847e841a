#include "model/text/call_text.h"

#include <algorithm>

#include <boost/json.hpp>

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 100;
constexpr std::string_view space = " \t\r\n";
constexpr std::string_view fence = "```";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::optional<json::object> parse_object(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, {.max_depth = depth_max});
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

// Behind the value that begins at `at` of a valid object's text.
std::size_t value_end(std::string_view text, std::size_t at) {
  unsigned depth = 0;
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == '}')) {
      return at;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return at;
}

// The last member of that name as it is written; empty where there is none. `object` is valid, and
// a name's own escapes are not looked into.
std::string_view member_of(std::string_view object, std::string_view name) {
  const std::string quoted = '"' + std::string(name) + '"';
  std::string_view found;
  for (std::size_t at = object.find('"'); at != std::string_view::npos;) {
    const std::size_t colon = object.find(':', object.find('"', at + 1));
    if (colon == std::string_view::npos) break;
    const std::size_t end = value_end(object, colon + 1);
    if (object.substr(at).starts_with(quoted)) {
      found = trimmed(object.substr(colon + 1, end - colon - 1));
    }
    at = object.find('"', end);
  }
  return found;
}

std::optional<ToolCall> made(std::string_view name, std::string_view arguments) {
  arguments = trimmed(arguments);
  if (name.empty() || !parse_object(arguments)) return std::nullopt;
  return ToolCall{.id = {}, .name = std::string(name), .arguments = std::string(arguments)};
}

}  // namespace

bool is_call_space(char c) {
  return space.contains(c);
}

Likeness likeness_to_json_call(std::string_view text, std::span<const std::string> names) {
  const auto skip_space = [&] {
    text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
  };
  for (const std::string_view word : {"{", R"("name")", ":"}) {
    skip_space();
    if (word.starts_with(text)) return Likeness::beginning;
    if (!text.starts_with(word)) return Likeness::none;
    text.remove_prefix(word.size());
  }
  skip_space();
  Likeness best = Likeness::none;
  for (const std::string& name : names) {
    const std::string quoted = '"' + name + '"';
    if (text.starts_with(quoted)) return Likeness::whole;
    if (quoted.starts_with(text)) best = Likeness::beginning;
  }
  return best;
}

std::optional<ToolCall> read_json_call(std::string_view text) {
  text = trimmed(text);
  const auto call = parse_object(text);
  if (!call) return std::nullopt;
  const json::value* name = call->if_contains("name");
  if (name == nullptr || !name->is_string()) return std::nullopt;
  for (const std::string_view word : {"arguments", "parameters"}) {
    if (call->contains(word)) return made(name->get_string(), member_of(text, word));
  }
  return made(name->get_string(), "{}");
}

std::optional<ToolCall> read_parted_call(std::string_view text, const CallSyntax& syntax) {
  const std::size_t at = text.find(syntax.marks.separator);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view name = trimmed(text.substr(0, at));
  std::string_view rest = text.substr(at + syntax.marks.separator.size());
  if (syntax.form == ToolForm::deepseek_plain) return made(name, rest);
  const std::size_t opening = rest.find(fence);
  if (name != "function" || opening == std::string_view::npos) return std::nullopt;
  name = trimmed(rest.substr(0, opening));
  rest = trimmed(rest.substr(opening + fence.size()));
  if (rest.starts_with("json")) rest.remove_prefix(4);
  if (rest.ends_with(fence)) rest.remove_suffix(fence.size());
  return made(name, rest);
}

}  // namespace seekd::model
