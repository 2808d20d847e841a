#include "ctl/import_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace seekd::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 1'000'000;
constexpr int depth_max = 100;

class Walk {
 public:
  explicit Walk(HiddenFiles hidden) : hidden_(hidden) {}

  Status add(const fs::path& given) {
    std::error_code error;
    const fs::path path = fs::canonical(given, error);
    if (error) {
      return fail(ErrorCode::not_found, "'" + given.string() + "': " + error.message());
    }
    const std::string place = path.filename().native();
    if (place.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "'" + given.string() + "' has no name: name a folder below it");
    }
    if (std::ranges::find(places_, place) != places_.end()) {
      return fail(ErrorCode::invalid_argument,
                  "two of the paths end in '" + place +
                      "', and their files would stand in each other's place: import them into two "
                      "collections, or the folder above them");
    }
    places_.push_back(place);
    if (fs::is_directory(path)) list_.folders.push_back(place);
    return visit(path, place, 0);
  }

  ImportList take() {
    std::ranges::sort(list_.files, {}, &ImportFile::place);
    return std::move(list_);
  }

 private:
  void skip(const fs::path& path, const std::string& place, Skip reason) {
    list_.skipped.push_back({path, place, reason});
  }

  Status visit(const fs::path& path, const std::string& place, int depth) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (error) {
      skip(path, place, Skip::unreadable);
    } else if (fs::is_symlink(status)) {
      skip(path, place, Skip::symbolic_link);
    } else if (fs::is_directory(status)) {
      return enter(path, place, depth);
    } else if (!fs::is_regular_file(status)) {
      skip(path, place, Skip::not_a_file);
    } else {
      return take_file(path, place);
    }
    return {};
  }

  Status enter(const fs::path& folder, const std::string& place, int depth) {
    std::error_code error;
    std::vector<fs::path> entries;
    auto entry = fs::directory_iterator(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      entries.push_back(entry->path());
      if (entries.size() > files_max) return too_many();
    }
    if (error || depth == depth_max) skip(folder, place, Skip::unreadable);
    if (depth == depth_max) return {};
    for (const fs::path& path : entries) {
      const std::string name = path.filename().native();
      std::string within = place;
      within.append("/").append(name);
      if (name.starts_with('.') && hidden_ == HiddenFiles::skipped) {
        skip(path, within, Skip::hidden);
      } else if (Status visited = visit(path, within, depth + 1); !visited) {
        return visited;
      }
    }
    return {};
  }

  Status take_file(const fs::path& path, const std::string& place) {
    std::error_code error;
    const std::uint64_t bytes = fs::file_size(path, error);
    if (error || bytes == 0 || bytes > import_file_bytes_max) {
      skip(path, place, error ? Skip::unreadable : bytes == 0 ? Skip::empty : Skip::too_large);
      return {};
    }
    if (list_.files.size() == files_max) return too_many();
    list_.files.push_back({path, place, bytes});
    list_.bytes += bytes;
    return {};
  }

  static Status too_many() {
    return fail(ErrorCode::too_large, "there are more than " + std::to_string(files_max) +
                                          " files: import the folders one by one");
  }

  const HiddenFiles hidden_;
  std::vector<std::string> places_;
  ImportList list_;
};

}  // namespace

std::string_view to_string(Skip skip) {
  switch (skip) {
    case Skip::hidden:
      return "hidden";
    case Skip::symbolic_link:
      return "symbolic_link";
    case Skip::not_a_file:
      return "not_a_file";
    case Skip::empty:
      return "empty";
    case Skip::too_large:
      return "too_large";
    case Skip::unreadable:
      return "unreadable";
    case Skip::not_readable:
      return "not_readable";
  }
  return "hidden";
}

Result<ImportList> list_files(const std::vector<fs::path>& paths, HiddenFiles hidden) {
  Walk walk(hidden);
  for (const fs::path& path : paths) {
    if (Status added = walk.add(path); !added) return std::unexpected(std::move(added.error()));
  }
  return walk.take();
}

}  // namespace seekd::ctl
