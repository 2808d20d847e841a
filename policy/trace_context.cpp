#include "policy/trace_context.h"

#include <algorithm>
#include <set>

namespace seekd::policy {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t flags_at = 2 + 1 + trace_id_digits + 1 + span_id_digits + 1;
constexpr std::size_t parent_bytes = flags_at + 2;  // of version 00
constexpr std::size_t parent_bytes_max = 256;       // of a version to come
constexpr std::uint8_t known_flags = 0x03;

bool is_hex(std::string_view text) {
  return text.find_first_not_of(digits) == text.npos;
}

bool is_id(std::string_view text, std::size_t size) {
  return text.size() == size && is_hex(text) && text.find_first_not_of('0') != text.npos;
}

std::uint8_t byte_of(std::string_view text) {
  return static_cast<std::uint8_t>(digits.find(text[0]) << 4U | digits.find(text[1]));
}

// §3.3.1.3.1: lcalpha and digits first, then also '_', '-', '*' and '/'; one '@' for a tenant.
bool is_key(std::string_view key) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (key.empty() || key.size() > 256 || !(letter(key[0]) || digit(key[0]))) return false;
  return std::ranges::count(key, '@') <= 1 && std::ranges::all_of(key, [&](char c) {
           return letter(c) || digit(c) || std::string_view("_-*/@").contains(c);
         });
}

// §3.3.1.3.2: printable ASCII but ',' and '=', and no space at its end.
bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
         std::ranges::all_of(value,
                             [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_state(std::string_view text) {
  if (text.size() > trace_state_bytes_max) return false;
  std::set<std::string_view> keys;
  for (std::size_t members = 0; !text.empty(); ++members) {
    if (members == trace_state_members_max) return false;
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view member = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (member.empty()) continue;  // allowed, and says nothing
    const std::size_t equals = member.find('=');
    if (equals == member.npos || !is_key(member.substr(0, equals)) ||
        !is_value(member.substr(equals + 1)) || !keys.insert(member.substr(0, equals)).second) {
      return false;
    }
  }
  return !keys.empty();
}

}  // namespace

bool is_trace_id(std::string_view text) {
  return is_id(text, trace_id_digits);
}

std::optional<TraceContext> parse_trace_context(std::string_view traceparent,
                                                std::string_view tracestate) {
  if (traceparent.size() < parent_bytes || traceparent.size() > parent_bytes_max) {
    return std::nullopt;
  }
  const std::string_view version = traceparent.substr(0, 2);
  // A later version may have more behind a further dash (§3.2.4).
  const bool more = traceparent.size() > parent_bytes;
  if (!is_hex(version) || version == "ff" || (more && version == "00") ||
      (more && traceparent[parent_bytes] != '-')) {
    return std::nullopt;
  }
  const std::string_view trace = traceparent.substr(3, trace_id_digits);
  const std::string_view span = traceparent.substr(4 + trace_id_digits, span_id_digits);
  const std::string_view flags = traceparent.substr(flags_at, 2);
  if (traceparent[2] != '-' || traceparent[3 + trace_id_digits] != '-' ||
      traceparent[flags_at - 1] != '-' || !is_trace_id(trace) || !is_id(span, span_id_digits) ||
      !is_hex(flags)) {
    return std::nullopt;
  }
  const auto known = static_cast<std::uint8_t>(byte_of(flags) & known_flags);
  return TraceContext{std::string(trace), std::string(span), known,
                      is_state(tracestate) ? std::string(tracestate) : std::string()};
}

std::string trace_parent(const TraceContext& trace) {
  std::string text = "00-" + trace.trace_id + '-' + trace.span_id + '-';
  text += digits[trace.flags >> 4U];
  text += digits[trace.flags & 0xFU];
  return text;
}

}  // namespace seekd::policy
