// A question as the terms that the learned model of policy/question_model.h knows: runs of one to
// three words, names, years and numbers each as one word of their kind, so that "Who painted
// Guernica in 1937?" is "^ who painted <name> in <past year> $".
//
// Pure; any thread. Linear in the words.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/words.h"

namespace seekd::policy {

// Sorted, each once.
std::vector<std::string> question_terms(std::span<const Word> words, int this_year);

}  // namespace seekd::policy
