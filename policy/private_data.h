// What an outgoing query must not say of a person: phone numbers, numbers of identity cards, of
// payment cards and accounts, e-mail addresses, keys and passwords, and words that the
// configuration names. Told from other numbers by check digits (private_numbers.h), by the forms
// that they are written in, and by the word before them; spelled full-width or with invisible
// characters they are found all the same.
//
// Pure; any thread. Linear in the text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

enum class PrivateKind : std::uint8_t {
  phone,    // E.164, and the national forms that are told from other numbers
  id,       // resident, tax and social security numbers; passports beside that word
  card,     // payment cards
  account,  // bank accounts (IBAN)
  email,
  key,   // keys, tokens, passwords
  word,  // of MaskingPolicy::words
};
std::string_view to_string(PrivateKind kind);

struct MaskingPolicy {
  std::vector<PrivateKind> mask = {PrivateKind::phone,   PrivateKind::id,    PrivateKind::card,
                                   PrivateKind::account, PrivateKind::email, PrivateKind::key};
  std::vector<std::string> words;  // whole words, in any case; none empty

  bool operator==(const MaskingPolicy&) const = default;
};

struct PrivateSpan {
  PrivateKind kind = PrivateKind::phone;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;

  bool operator==(const PrivateSpan&) const = default;
};

// In the order of the text; they do not overlap.
std::vector<PrivateSpan> find_private(std::string_view text, const MaskingPolicy& policy);

}  // namespace seekd::policy
