#include "policy/selector.h"

#include <algorithm>

#include "policy/quoted.h"

namespace seekd::policy {
namespace {

constexpr std::size_t compounds_max = 8;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view take_name(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_name_character);
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

std::unexpected<Error> refuse(std::string_view text) {
  return fail(ErrorCode::invalid_argument,
              policy::quoted(text) +
                  " is no selector such as \"li.hit\", \"#main div.result\" or \"a.title@href\"");
}

// False: not a compound.
bool read_compound(std::string_view text, Selector::Compound& compound) {
  compound.tag = lower(take_name(text));
  if (text.starts_with('*') && compound.tag.empty()) text.remove_prefix(1);
  while (!text.empty()) {
    const char kind = text.front();
    text.remove_prefix(1);
    const std::string_view name = take_name(text);
    if (name.empty() || (kind != '.' && kind != '#')) return false;
    if (kind == '.') compound.classes.emplace_back(name);
    if (kind == '#') compound.id = name;
  }
  return true;
}

}  // namespace

Result<Selector> parse_selector(std::string_view text) {
  Selector selector;
  const std::size_t at = std::min(text.rfind('@'), text.size());
  std::string_view attribute = text.substr(std::min(at + 1, text.size()));
  selector.attribute = lower(take_name(attribute));
  if (!attribute.empty() || (at != text.size() && selector.attribute.empty())) return refuse(text);
  std::string_view rest = text.substr(0, at);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) {
      selector.compounds.emplace_back();
      if (!read_compound(rest.substr(0, end), selector.compounds.back())) return refuse(text);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (selector.compounds.empty() || selector.compounds.size() > compounds_max) return refuse(text);
  return selector;
}

}  // namespace seekd::policy
