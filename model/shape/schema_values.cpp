// What SchemaReader reads of strings and numbers.

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "model/shape/schema_reader.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::size_t size_max = 10'000;  // characters or items that are counted

// Formats by a part of their texts: RFC 3339 §5.6 in the years 1000 to 2999 without leap seconds,
// RFC 9562 §4, names of hosts in lower case, and of addresses the plain ones.
std::string pattern_of(std::string_view format) {
  const std::string day = R"(([12]\d{3}-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01]))"
                          R"(|[12]\d{3}-(0[469]|11)-(0[1-9]|[12]\d|30))"
                          R"(|[12]\d{3}-02-(0[1-9]|1\d|2[0-8]))"
                          R"(|([12]\d(0[48]|[2468][048]|[13579][26])|(12|16|20|24|28)00)-02-29))";
  const std::string time =
      R"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))";
  const std::string label = "[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?";
  const std::string host = label + "(\\." + label + "){0,3}\\.[a-z]{2,10}";
  const std::string octet = R"((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d))";
  const std::array<std::pair<std::string_view, std::string>, 8> patterns{{
      {"date", "^" + day + "$"},
      {"time", "^" + time + "$"},
      {"date-time", "^" + day + "T" + time + "$"},
      {"uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"},
      {"email", R"(^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@)" + host + "$"},
      {"hostname", "^" + host + "$"},
      {"ipv4", "^" + octet + "(\\." + octet + "){3}$"},
      {"uri",
       "^https?://" + host + R"((:[1-9]\d{1,3})?(/[A-Za-z0-9._~-]*)*(\?[A-Za-z0-9._~=&-]*)?$)"},
  }};
  const auto* const found =
      std::ranges::find(patterns, format, &std::pair<std::string_view, std::string>::first);
  return found == patterns.end() ? "" : found->second;
}

}  // namespace

bool SchemaReader::read_size(const Object& schema, std::string_view word, const std::string& path,
                             std::optional<std::size_t>& size) {
  const Value* named = schema.if_contains(word);
  if (named == nullptr) return true;
  const std::string at = path + "." + std::string(word);
  if (!named->is_number() || named->to_number<double>() < 0) {
    return refuse(ErrorCode::invalid_argument, at, "must be a whole number of 0 or more");
  }
  const double number = named->to_number<double>();
  if (number > size_max) return refuse(ErrorCode::too_large, at, "is over 10000");
  size = static_cast<std::size_t>(number);
  if (static_cast<double>(*size) == number) return true;
  return refuse(ErrorCode::invalid_argument, at, "must be a whole number of 0 or more");
}

bool SchemaReader::add_string(const Object& schema, const Waiting& next) {
  std::optional<std::size_t> least;
  Length length;
  if (!read_size(schema, "minLength", next.path, least)) return false;
  if (!read_size(schema, "maxLength", next.path, length.most)) return false;
  length.least = least.value_or(0);
  const bool formatted = schema.contains("format");
  if (formatted && schema.contains("pattern")) return unsupported(next.path, "format");
  if (!formatted && !schema.contains("pattern")) {
    strings_.add(next.rule, length);
    return true;
  }
  const std::string_view word = formatted ? "format" : "pattern";
  const Value& named = schema.at(word);
  const std::string at = next.path + "." + std::string(word);
  if (!named.is_string()) return refuse(ErrorCode::invalid_argument, at, "must be a string");
  std::string pattern(named.get_string());
  if (formatted) pattern = pattern_of(pattern);
  if (formatted && pattern.empty()) {
    return refuse(ErrorCode::unsupported, at,
                  "must be date, time, date-time, uuid, email, hostname, ipv4 or uri");
  }
  auto known = patterns_.find(pattern);
  if (known == patterns_.end()) {
    auto automaton = read_pattern(pattern, work_.pattern_steps);
    if (!automaton) return refuse(automaton.error().code, at, automaton.error().message);
    known = patterns_.emplace(std::move(pattern), *std::move(automaton)).first;
  }
  strings_.add(next.rule, known->second, length);
  return true;
}

bool SchemaReader::read_bounds(const Object& schema, const std::string& path,
                               NumberBounds& bounds) {
  for (const std::string_view word :
       {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}) {
    const Value* named = schema.if_contains(word);
    if (named == nullptr) continue;
    const std::string at = path + "." + std::string(word);
    if (!named->is_number()) return refuse(ErrorCode::invalid_argument, at, "must be a number");
    const double number = named->to_number<double>();
    if (std::trunc(number) != number || std::abs(number) > static_cast<double>(bound_max)) {
      return refuse(ErrorCode::unsupported, at,
                    "must be a whole number of at most 15 digits: no other bound is served");
    }
    const auto bound = static_cast<std::int64_t>(number);
    const bool exclusive = word.starts_with("exclusive");
    const bool below = word.ends_with("aximum");
    std::optional<std::int64_t>& side = below ? bounds.most : bounds.least;
    bool& open = below ? bounds.below_most : bounds.above_least;
    const bool tighter = !side || (below ? bound < *side : bound > *side);
    if (!tighter && bound != *side) continue;
    open = exclusive || (!tighter && open);
    side = bound;
  }
  return true;
}

bool SchemaReader::add_numeric(std::string_view type, const Object& schema, const Waiting& next) {
  NumberBounds bounds;
  if (!read_bounds(schema, next.path, bounds)) return false;
  if (type == "integer") {
    add_integer(builder_, next.rule, bounds);
  } else {
    add_number(builder_, next.rule, bounds);
  }
  return true;
}

}  // namespace seekd::model
