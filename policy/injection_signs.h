// The signs that injection.h looks for, as data.

#pragma once

#include <span>
#include <string_view>

#include "policy/injection.h"

namespace seekd::policy {

struct InjectionSign {
  InjectionKind kind;
  double weight;             // how sure it is by itself
  std::string_view pattern;  // of sign_pattern.h
};
std::span<const InjectionSign> injection_signs();

// What no sentence of prose holds: searched for as it is written, in lower case, without spaces
// around it.
struct InjectionMark {
  InjectionKind kind;
  double weight;
  std::string_view text;
};
std::span<const InjectionMark> injection_marks();

// Words of texts that speak of injections, and quote them.
std::span<const std::string_view> words_about_injection();

}  // namespace seekd::policy
