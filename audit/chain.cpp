#include "audit/chain.h"

#include <algorithm>
#include <charconv>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace seekd::audit {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

Code hmac(const Key& key, std::string_view text) {
  Code code{};
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), code.data(), nullptr);
  return code;
}

std::string hex(const Code& code) {
  std::string text;
  for (const std::uint8_t byte : code) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::optional<Code> from_hex(std::string_view text) {
  Code code{};
  if (text.size() != 2 * code.size()) return std::nullopt;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const auto high = hex_digits.find(text[2 * i]);
    const auto low = hex_digits.find(text[2 * i + 1]);
    if (high == hex_digits.npos || low == hex_digits.npos) return std::nullopt;
    code[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return code;
}

std::optional<std::uint64_t> from_decimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  // One number has one spelling.
  if (!whole || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return number;
}

// Up to the next space; what is behind it stays in `text`.
std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

bool same(const Code& a, const Code& b) {
  return ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Code seal_of(const Head& head, const Key& key) {
  return hmac(key, "head " + to_string(head));
}

}  // namespace

std::string to_string(const Head& head) {
  return std::to_string(head.sequence) + ' ' + hex(head.code);
}

Result<Head> parse_head(std::string_view text) {
  const std::string written(text);
  const auto sequence = from_decimal(take_word(text));
  const auto code = from_hex(text);
  if (sequence && code) return Head{*sequence, *code};
  return fail(
      ErrorCode::invalid_argument,
      "'" + written + "' is no head of an audit log: \"SEQUENCE CODE\" is, as seekd logs it");
}

std::string sealed_head(const Head& head, const Key& key) {
  return to_string(head) + ' ' + hex(seal_of(head, key));
}

Result<Head> open_sealed_head(std::string_view text, const Key& key) {
  const auto wrong = [] {
    return fail(ErrorCode::corrupt, "the head of the audit log was not written with its key");
  };
  const auto end = text.rfind(' ');
  if (end == text.npos) return wrong();
  const auto head = parse_head(text.substr(0, end));
  const auto seal = from_hex(text.substr(end + 1));
  if (!head || !seal || !same(*seal, seal_of(*head, key))) return wrong();
  return *head;
}

Code Chain::code_of(std::string_view sequence, std::string_view json) const {
  std::string text(reinterpret_cast<const char*>(head_.code.data()), head_.code.size());
  text.append(sequence).append(" ").append(json);
  return hmac(key_, text);
}

std::string Chain::append(std::string_view json) {
  const std::string sequence = std::to_string(head_.sequence + 1);
  head_ = {head_.sequence + 1, code_of(sequence, json)};
  return sequence + ' ' + hex(head_.code) + ' ' + std::string(json);
}

Result<std::string_view> Chain::follow(std::string_view line) {
  const std::string due = std::to_string(head_.sequence + 1);
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorCode::corrupt, "where record " + due + " should stand: " + what);
  };
  const std::string_view sequence = take_word(line);
  const auto number = from_decimal(sequence);
  const auto code = from_hex(take_word(line));
  if (!number || !code) return wrong("a line that is none of an audit log");
  if (*number != head_.sequence + 1) {
    return wrong("record " + std::string(sequence) +
                 ", so records were taken out, put in or put elsewhere");
  }
  if (!same(*code, code_of(sequence, line))) {
    return wrong("a record that was changed, or written with another key");
  }
  head_ = {*number, *code};
  return line;
}

}  // namespace seekd::audit
