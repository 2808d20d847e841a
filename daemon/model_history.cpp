#include "daemon/model_history.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "daemon/time_text.h"

namespace seekd::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::int64_t format = 1;
constexpr std::uintmax_t file_bytes_max = 64 << 10;

std::unexpected<Error> damaged(const fs::path& file, std::string_view what) {
  return fail(ErrorCode::corrupt, "'" + file.string() + "' " + std::string(what) +
                                      ": remove it, and model.path is served");
}

std::unexpected<Error> unwritable(const fs::path& file, int error) {
  return fail(ErrorCode::io,
              "'" + file.string() + "' cannot be written (" + std::strerror(error) + ")");
}

std::optional<std::string> text_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<ModelVersion> version_of(const json::value& value) {
  const json::object* const object = value.if_object();
  if (object == nullptr) return std::nullopt;
  auto name = text_at(*object, "name");
  auto path = text_at(*object, "path");
  const auto since = parse_time(text_at(*object, "since").value_or(""));
  if (!name || !path || !since || !path->starts_with('/')) return std::nullopt;
  return ModelVersion{*std::move(name), *std::move(path), *since};
}

Result<std::string> read_bytes(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error) return fail(ErrorCode::io, "'" + file.string() + "': " + error.message());
  if (size > file_bytes_max) return damaged(file, "is longer than seekd writes it");
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(stream), {});
  if (!stream) return fail(ErrorCode::io, "'" + file.string() + "' cannot be read");
  return bytes;
}

// 0, or the error's number.
int write_synced(const fs::path& file, std::string_view bytes) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return errno;
  int error = 0;
  while (!bytes.empty() && error == 0) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) error = errno;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

fs::path ModelHistory::file_of(const config::Config& config) {
  return config.cache.directory.parent_path() / "model-versions.json";
}

Result<ModelHistory> ModelHistory::read(const fs::path& file) {
  std::error_code missing;
  if (!fs::exists(file, missing) && !missing) return ModelHistory();
  const auto bytes = read_bytes(file);
  if (!bytes) return std::unexpected(bytes.error());
  boost::system::error_code error;
  const json::value parsed = json::parse(*bytes, error);
  const json::object* const object = error ? nullptr : parsed.if_object();
  if (object == nullptr) return damaged(file, "is no JSON object");
  const json::value* const number = object->if_contains("format");
  if (number == nullptr || !number->is_int64()) return damaged(file, "has no format");
  if (number->get_int64() != format) {
    return fail(ErrorCode::version_mismatch, "'" + file.string() + "' has format " +
                                                 std::to_string(number->get_int64()) +
                                                 " and this seekd reads " + std::to_string(format) +
                                                 ": remove it, and model.path is served");
  }
  const json::value* const list = object->if_contains("versions");
  auto configured = text_at(*object, "configured");
  if (!configured || list == nullptr || !list->is_array() || list->get_array().size() > kept_max) {
    return damaged(file, "lacks what seekd writes there");
  }
  ModelHistory history;
  history.configured_ = *std::move(configured);
  for (const json::value& item : list->get_array()) {
    auto version = version_of(item);
    if (!version) return damaged(file, "has a version that says no name, path or time");
    history.versions_.push_back(*std::move(version));
  }
  return history;
}

Status ModelHistory::write(const fs::path& file) const {
  json::array list;
  for (const ModelVersion& version : versions_) {
    list.push_back({{"name", version.name},
                    {"path", version.path.string()},
                    {"since", format_time(version.since)}});
  }
  const std::string bytes = json::serialize(json::object{
      {"format", format}, {"configured", configured_.string()}, {"versions", std::move(list)}});
  const fs::path coming = file.string() + ".new";
  if (const int error = write_synced(coming, bytes); error != 0) return unwritable(file, error);
  if (::rename(coming.c_str(), file.c_str()) != 0) return unwritable(file, errno);
  return {};
}

void ModelHistory::serves(ModelVersion version, fs::path configured) {
  std::erase_if(versions_, [&](const ModelVersion& old) { return old.path == version.path; });
  versions_.insert(versions_.begin(), std::move(version));
  if (versions_.size() > kept_max) versions_.resize(kept_max);
  configured_ = std::move(configured);
}

const ModelVersion* ModelHistory::chosen(const fs::path& configured) const {
  return versions_.empty() || configured_ != configured ? nullptr : &versions_.front();
}

}  // namespace seekd::daemon
