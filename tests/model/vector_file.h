// Recorded answers of other implementations, under tests/model/vectors, and model files where the
// host has them.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace seekd::model {

boost::json::value read_vectors(std::string_view name);

std::string read_file(const std::filesystem::path& path);

// The path where it exists; else prints that the test is skipped.
std::optional<std::filesystem::path> find_or_skip(const std::filesystem::path& path);

// The embedded defaults, as scripts/setup lays them out: the model, and the embedder's folder.
std::filesystem::path smollm2_path();
std::filesystem::path minilm_path();

}  // namespace seekd::model
