// A folder of configuration files that ends with its test, and loading from it.

#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>

#include "config/config.h"

namespace seekd::config {

class ConfigFolder {
 public:
  ConfigFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "seekd-config-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~ConfigFolder() { std::filesystem::remove_all(path_); }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Result<Config> load_text(std::string_view text) {
  const ConfigFolder folder;
  return load(folder.write("seekd.toml", text), nullptr);
}

// The message that loading `text` fails with, from ":LINE:" on; "" when it loads.
inline std::string error_of(std::string_view text) {
  const Result<Config> config = load_text(text);
  if (config) return "";
  const std::size_t line = config.error().message.find("seekd.toml:");
  return config.error().message.substr(line + std::string_view("seekd.toml").size());
}

inline Result<Config> load_environment(std::vector<std::string> variables,
                                       const std::filesystem::path& file) {
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  return load(file, environment.data());
}

}  // namespace seekd::config
