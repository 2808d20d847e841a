// The rules by which a question is judged, in tables: what speaks for knowledge that changes, and
// what against it.
//
// Constant after the first call; any thread.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "policy/question.h"
#include "policy/word_pattern.h"

namespace seekd::policy {

struct PatternRule {
  WordPattern pattern;
  double weight;             // log-odds that the answer changes; below 0 it speaks against
  ChangeClass change_class;  // how fast, where it speaks for
  std::string_view reason;
};

// A phrase of a script without spaces, found anywhere.
struct PhraseRule {
  std::string_view phrase;
  double weight;
  ChangeClass change_class;
};

const std::vector<PatternRule>& english_rules();
std::span<const PhraseRule> chinese_rules();
std::span<const PhraseRule> japanese_rules();

// "tallest", "richest": a superlative in -est, and no other word that ends so.
bool is_superlative(std::string_view word);

}  // namespace seekd::policy
