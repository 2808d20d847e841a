#include "ctl/collection.h"

#include <memory>
#include <optional>

#include <boost/json.hpp>
#include <zlib.h>

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t line_bytes_max = 16 << 20;

// The lines of a file; zlib reads one that is not gzipped as it is.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& file)
      : file_(gzopen(file.c_str(), "rb")), buffer_(1 << 16, '\0') {}

  bool is_open() const { return file_ != nullptr; }

  // nullopt at the end. Errors: too_large, io.
  Result<std::optional<std::string>> next() {
    std::string line;
    while (gzgets(file_.get(), buffer_.data(), static_cast<int>(buffer_.size())) != nullptr) {
      line.append(buffer_, 0, buffer_.find('\0'));
      if (line.size() > line_bytes_max) {
        return fail(ErrorCode::too_large, "is longer than 16 MiB");
      }
      if (!line.ends_with('\n')) continue;
      line.pop_back();
      return line;
    }
    int error = Z_OK;
    const char* message = gzerror(file_.get(), &error);
    if (error != Z_OK && error != Z_STREAM_END) return fail(ErrorCode::io, message);
    if (line.empty()) return std::nullopt;
    return line;
  }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  std::unique_ptr<gzFile_s, Close> file_;
  std::string buffer_;
};

std::optional<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

Result<CollectionRecord> read_record(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return fail(ErrorCode::invalid_argument, "is no JSON object");
  const json::object& object = value.get_object();
  auto id = text_of(object, "_id");
  auto text = text_of(object, "text");
  if (!id || id->empty() || !text) {
    return fail(ErrorCode::invalid_argument, "lacks \"_id\" or \"text\", or they are no strings");
  }
  if (id->find_first_of(" \t\r\n") != std::string::npos) {
    return fail(ErrorCode::invalid_argument, "has white space in \"_id\", which a run cannot hold");
  }
  return CollectionRecord{std::move(*id), text_of(object, "title").value_or(""), std::move(*text)};
}

}  // namespace

Status for_each_record(const std::filesystem::path& file,
                       const std::function<Status(CollectionRecord)>& visit) {
  LineReader lines(file);
  if (!lines.is_open()) {
    return fail(ErrorCode::not_found,
                "'" + file.string() + "' cannot be opened: name a file that you may read");
  }
  for (std::size_t number = 1;; ++number) {
    const auto at_line = [&](Error error) {
      error.message = file.string() + ":" + std::to_string(number) + ": " + error.message;
      return std::unexpected(std::move(error));
    };
    auto line = lines.next();
    if (!line) return at_line(line.error());
    if (!*line) return {};
    if ((*line)->empty()) continue;
    auto record = read_record(**line);
    if (!record) return at_line(record.error());
    if (Status visited = visit(std::move(*record)); !visited) return at_line(visited.error());
  }
}

}  // namespace seekd::ctl
