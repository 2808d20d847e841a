// The models that come with seekd, for hosts that have none of their own yet: where scripts/setup
// or `cmake --install` laid them.

#pragma once

#include <filesystem>
#include <string_view>

#include "policy/result.h"

namespace seekd::config {

inline constexpr std::string_view embedded_model_name = "SmolLM2-135M-Instruct.Q4_1.gguf";
inline constexpr std::string_view embedded_embedder_name = "all-MiniLM-L6-v2";

// `name` under share/seekd/models beside the running program's bin, else under seekd/models of
// XDG_CACHE_HOME, else of ~/.cache. Reads the environment; any thread while nobody writes it.
// Errors: not_found, with the places that were looked at.
Result<std::filesystem::path> find_embedded(std::string_view name);

}  // namespace seekd::config
