// A folder of a test's own for files of keys, which goes with its contents.

#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <stdlib.h>
#include <sys/stat.h>

namespace seekd::fetcher {

class KeyFolder {
 public:
  KeyFolder() { REQUIRE(mkdtemp(path_.data()) != nullptr); }
  ~KeyFolder() { std::filesystem::remove_all(path_); }
  KeyFolder(const KeyFolder&) = delete;
  KeyFolder& operator=(const KeyFolder&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& text, mode_t mode) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::ofstream(file) << text;
    chmod(file.c_str(), mode);
    return file;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/seekd_keys_test.XXXXXX";
};

}  // namespace seekd::fetcher
