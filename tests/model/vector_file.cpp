#include "tests/model/vector_file.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

namespace seekd::model {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

boost::json::value read_vectors(std::string_view name) {
  return boost::json::parse(read_file(std::filesystem::path("tests/model/vectors") / name));
}

std::optional<std::filesystem::path> find_or_skip(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return path;
  WARN("skipped: there is no " << path.string());
  return std::nullopt;
}

namespace {

std::filesystem::path models_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::filesystem::path base =
      cache != nullptr ? std::filesystem::path(cache)
                       : std::filesystem::path(home == nullptr ? "" : home) / ".cache";
  return base / "seekd/models";
}

}  // namespace

std::filesystem::path smollm2_path() {
  return models_folder() / "SmolLM2-135M-Instruct.Q4_1.gguf";
}

std::filesystem::path minilm_path() {
  return models_folder() / "all-MiniLM-L6-v2";
}

}  // namespace seekd::model
