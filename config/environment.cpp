#include "config/environment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "config/option_table.h"
#include "config/suggestion.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

constexpr std::string_view prefix = "SEEKD_";
// Read by the build and by scripts; they are no options.
constexpr std::array<std::string_view, 8> of_other_programs{
    "SEEKD_TORCH_DIR", "SEEKD_CONFIG",  "SEEKD_API_KEY", "SEEKD_KEY_FILE",
    "SEEKD_URL",       "SEEKD_CA_FILE", "SEEKD_CERT",    "SEEKD_CERT_KEY"};

std::string variable_name(std::string_view option) {
  std::string name(prefix);
  for (const char c : option) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string option_spelling(std::string_view variable) {
  std::string name(variable.substr(prefix.size()));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (const std::size_t underscore = name.find('_'); underscore != name.npos) {
    name[underscore] = '.';
  }
  return name;
}

std::unexpected<Error> unknown_variable(std::string_view variable) {
  std::string message = policy::quoted(variable) + " in the environment names no option";
  const std::string_view nearest = nearest_option(option_spelling(variable));
  if (nearest.empty()) {
    message += "; unset it";
  } else {
    message += "; did you mean " + variable_name(nearest) + "? Else unset it";
  }
  return fail(ErrorCode::invalid_argument, std::move(message));
}

std::vector<Value> split_list(const std::string& where, std::string_view text) {
  std::vector<Value> elements;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view element = text.substr(0, comma);
    element.remove_prefix(std::min(element.find_first_not_of(' '), element.size()));
    element = element.substr(0, element.find_last_not_of(' ') + 1);
    elements.push_back({where, std::string(element)});
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return elements;
}

// What the text says in the option's form; a text that does not fit it stays text, which the option
// then refuses.
Value to_value(const Option& option, std::string where, std::string_view text) {
  Value value{std::move(where), std::string(text)};
  if (option.shape == Shape::list) {
    value.data = split_list(value.where, text);
  } else if (option.shape == Shape::integer) {
    std::int64_t number = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == last) value.data = number;
  }
  return value;
}

}  // namespace

Result<std::vector<Field>> read_environment(const char* const* environment) {
  std::vector<Field> settings;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::string_view variable = entry.substr(0, entry.find('='));
    if (!variable.starts_with(prefix) || variable.size() == entry.size()) continue;
    if (std::ranges::find(of_other_programs, variable) != of_other_programs.end()) continue;
    const auto option = std::ranges::find_if(option_table(), [&](const Option& candidate) {
      return variable_name(candidate.name) == variable;
    });
    if (option == option_table().end()) return unknown_variable(variable);
    if (option->shape == Shape::tables) {
      return fail(ErrorCode::invalid_argument, std::string(variable) +
                                                   " cannot be set in the environment; write " +
                                                   option->expects + " in a file");
    }
    const std::string_view text = entry.substr(variable.size() + 1);
    settings.push_back({std::string(option->name),
                        to_value(*option, std::string(variable) + " in the environment", text)});
  }
  return settings;
}

}  // namespace seekd::config
