// TrialFolder: a benchmark's own folder, for what the programs that it starts read and write.
//
// One thread. It goes, with all that is in it, with the object. What is in the way ends the
// benchmark with a sentence.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace seekd::bench {

class TrialFolder {
 public:
  explicit TrialFolder(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;
  ~TrialFolder();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, const std::string& text);

// All of it; "" where it cannot be read.
std::string text_of(const std::filesystem::path& path);

// Of loopback, nobody's a moment ago.
std::uint16_t free_port();

// Gives up after a minute.
void wait_for(const std::function<bool()>& condition, const std::string& what);

}  // namespace seekd::bench
