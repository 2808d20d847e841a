// Fingerprint: a name for what a model computes, out of the bytes of its files.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::model {

// 32 hex digits: xxh3-128 of config.json, tokenizer.json and every *.safetensors of the folder, and
// of `settings`. It tells models apart; it protects nothing. Any thread. Errors: not_found, io.
Result<std::string> fingerprint_folder(const std::filesystem::path& folder,
                                       std::string_view settings);

}  // namespace seekd::model
