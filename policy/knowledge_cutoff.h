// Until when a model's knowledge reaches: told by the configuration, else by what its family's
// makers published.
//
// Pure; any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "policy/page.h"

namespace seekd::policy {

// The first moment that a model does not know of: after the month it was published for. By the name
// of its file or folder ("Llama-3.1-8B-Instruct.Q4_K_M"). nullopt: nothing is known of the family.
std::optional<TimePoint> known_cutoff(std::string_view model_name);

// `told`: the last month that it knows of, where somebody said so.
std::optional<TimePoint> knowledge_cutoff(std::optional<std::chrono::year_month> told,
                                          std::string_view model_name);

}  // namespace seekd::policy
