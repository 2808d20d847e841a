#include "policy/robots.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "policy/percent_encoding.h"
#include "policy/trimmed.h"

namespace seekd::policy {
namespace {

// ---- lines (§2.2)

struct Line {
  std::string_view key;
  std::string_view value;
};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// "key: value # comment". Where the colon is missing, white space between exactly two words is
// taken for it: the site's wish is clear.
Line read_line(std::string_view line) {
  line = trimmed(line.substr(0, line.find('#')), blanks);
  std::size_t separator = line.find(':');
  if (separator == std::string_view::npos) {
    separator = line.find_first_of(" \t");
    if (separator == std::string_view::npos) return {};
    if (trimmed(line.substr(separator), blanks).find_first_of(blanks) != line.npos) return {};
  }
  return {trimmed(line.substr(0, separator), blanks), trimmed(line.substr(separator + 1), blanks)};
}

// The next line; CR, LF and CRLF end it (an empty line between CR and LF does no harm).
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// A rule that the limit cuts would mean something else: the broken line goes too.
std::string_view within_limit(std::string_view text) {
  if (text.size() <= robots_bytes_max) return text;
  text = text.substr(0, robots_bytes_max);
  return text.substr(0, text.find_last_of("\r\n") + 1);
}

// ---- percent-normalisation (§2.2.2)

enum class Side : std::uint8_t { pattern, target };

// What stands escaped in a canonical target (policy/url.h). Brackets separate nothing in a query.
bool is_unwise(unsigned char byte, bool in_query) {
  if (byte == '[' || byte == ']') return !in_query;
  return byte != 0 && std::strchr("\"<>\\^`{|}", byte) != nullptr;
}

// Two spellings of one URI become one. In a query, delimiters that separate nothing there are
// written plainly, so that "?u=https%3A%2F%2Fa" and "?u=https://a" are the same (the RFC's table).
// '*' and '$' that are meant literally are "%2A" and "%24" (§2.2.3).
std::string normal_spelling(std::string_view text, Side side) {
  std::string out;
  out.reserve(text.size());
  bool in_query = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '?') in_query = true;
    if (const auto escaped = byte == '%' ? read_escape(text.substr(i)) : std::nullopt) {
      const bool plain_in_query = std::strchr(":/?@[]", *escaped) != nullptr && *escaped != 0;
      if (is_unreserved(*escaped) || (in_query && plain_in_query)) {
        out += static_cast<char>(*escaped);
      } else {
        append_escape(out, *escaped);
      }
      i += 2;
    } else if (byte == '*' && side == Side::pattern) {
      if (!out.ends_with('*')) out += '*';
    } else if (byte == '$' && side == Side::pattern && i + 1 == text.size()) {
      out += '$';
    } else if (byte <= 0x20 || byte >= 0x7F || byte == '*' || byte == '$' || byte == '%' ||
               is_unwise(byte, in_query)) {
      append_escape(out, byte);
    } else {
      out += text[i];
    }
  }
  return out;
}

// ---- groups (§2.2.1)

// "seekd/0.1 (+https://…)" names the product "seekd".
std::string_view product_token(std::string_view value) {
  const auto end = std::ranges::find_if(
      value, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; });
  return value.substr(0, static_cast<std::size_t>(end - value.begin()));
}

bool names_everyone(std::string_view value) {
  return value.starts_with('*') && (value.size() == 1 || is_blank(value[1]));
}

// Seconds, whole or with a fraction ("10", "0.5"); 0 of what is neither.
std::chrono::milliseconds parse_delay(std::string_view value) {
  if (value.find_first_not_of("0123456789.") != value.npos) return {};
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), seconds, std::chars_format::fixed);
  if (error != std::errc{} || end != value.data() + value.size() || !(seconds > 0)) return {};
  const double milliseconds = std::min(seconds * 1000, double(crawl_delay_max.count()));
  return std::chrono::milliseconds(std::llround(milliseconds));
}

// Collects two sets side by side: the rules for the agent by name, and those for '*'.
class GroupReader {
 public:
  explicit GroupReader(std::string_view agent) : agent_(product_token(agent)) {}

  void read(const Line& line) {
    if (equals_ignoring_case(line.key, "user-agent")) {
      read_agent(line.value);
    } else if (equals_ignoring_case(line.key, "allow")) {
      read_rule(RobotsVerb::allow, line.value);
    } else if (equals_ignoring_case(line.key, "disallow")) {
      read_rule(RobotsVerb::disallow, line.value);
    } else if (equals_ignoring_case(line.key, "crawl-delay")) {
      read_delay(line.value);
    }  // other records must not interfere with groups (§2.2.4)
  }

  RobotsRules take() { return named_seen_ ? std::move(named_) : std::move(everyone_); }

 private:
  void read_agent(std::string_view value) {
    if (group_has_rules_) {
      for_named_ = for_everyone_ = group_has_rules_ = false;
    }
    if (names_everyone(value)) {
      for_everyone_ = true;
    } else if (!agent_.empty() && equals_ignoring_case(product_token(value), agent_)) {
      for_named_ = named_seen_ = true;
    }
  }

  void read_rule(RobotsVerb verb, std::string_view value) {
    group_has_rules_ = true;
    if (!value.starts_with('/') && !value.starts_with('*')) return;  // matches no path
    if (for_named_) append(named_, verb, value);
    if (for_everyone_) append(everyone_, verb, value);
  }

  void read_delay(std::string_view value) {
    const std::chrono::milliseconds delay = parse_delay(value);
    if (for_named_) named_.crawl_delay = std::max(named_.crawl_delay, delay);
    if (for_everyone_) everyone_.crawl_delay = std::max(everyone_.crawl_delay, delay);
  }

  static void append(RobotsRules& to, RobotsVerb verb, std::string_view value) {
    if (to.rules.size() >= robots_rules_max) return;
    to.rules.push_back({verb, normal_spelling(value, Side::pattern)});
  }

  std::string_view agent_;
  RobotsRules named_;
  RobotsRules everyone_;
  bool named_seen_ = false;
  bool for_named_ = false;
  bool for_everyone_ = false;
  bool group_has_rules_ = false;
};

// ---- matching (§2.2.2, §2.2.3)

// Each piece between two '*' is sought once, leftmost: no choice is ever taken back. glibc's memmem
// is linear, which std::string_view::find is not.
bool matches(std::string_view pattern, std::string_view target) {
  const bool anchored = pattern.ends_with('$');
  if (anchored) pattern.remove_suffix(1);
  std::size_t star = pattern.find('*');
  if (!target.starts_with(pattern.substr(0, star))) return false;
  if (star == std::string_view::npos) return !anchored || target.size() == pattern.size();
  target.remove_prefix(star);
  while (star != std::string_view::npos) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    const std::string_view piece = pattern.substr(0, star);
    if (anchored && star == std::string_view::npos) return target.ends_with(piece);
    const void* found = memmem(target.data(), target.size(), piece.data(), piece.size());
    if (found == nullptr) return false;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - target.data());
    target.remove_prefix(at + piece.size());
  }
  return true;
}

}  // namespace

RobotsRules parse_robots(std::string_view text, std::string_view agent) {
  text = within_limit(text);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  GroupReader reader(agent);
  while (!text.empty()) reader.read(read_line(take_line(text)));
  return reader.take();
}

bool robots_allow(const RobotsRules& rules, std::string_view target) {
  if (target.substr(0, target.find('?')) == "/robots.txt") return true;  // §2.2.2
  const std::string normal = normal_spelling(target, Side::target);
  const RobotsRule* longest = nullptr;
  for (const RobotsRule& rule : rules.rules) {
    if (longest != nullptr) {
      if (rule.pattern.size() < longest->pattern.size()) continue;
      if (rule.pattern.size() == longest->pattern.size() && rule.verb == RobotsVerb::disallow) {
        continue;
      }
    }
    if (matches(rule.pattern, normal)) longest = &rule;
  }
  return longest == nullptr || longest->verb == RobotsVerb::allow;
}

}  // namespace seekd::policy
