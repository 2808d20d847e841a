#include "ctl/file_import.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/content_hash.h"
#include "ctl/file_format.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"
#include "policy/collection.h"
#include "policy/utf8.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t words_bytes_max = 1024;  // of a title, as POST import takes it
constexpr std::size_t removed_at_once = 500;

struct Content {
  std::string bytes;
  std::string modified;  // RFC 3339
};

// A regular file still, whatever stands there by now.
Result<Content> read_regular_file(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat status{};
  if (file < 0 || fstat(file, &status) != 0) {
    const std::string why = strerror(errno);
    if (file >= 0) close(file);
    return fail(ErrorCode::io, why);
  }
  Content content;
  // A byte more than it had: one that grows while it is read shows.
  content.bytes.resize(
      std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), import_file_bytes_max) +
      1);
  std::size_t size = 0;
  ssize_t got = S_ISREG(status.st_mode) ? 1 : 0;
  while (got > 0 && size < content.bytes.size()) {
    got = read(file, content.bytes.data() + size, content.bytes.size() - size);
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  const std::string why = !S_ISREG(status.st_mode) ? "it is no regular file any more"
                          : got < 0                ? strerror(errno)
                                                   : "";
  close(file);
  if (!why.empty()) return fail(ErrorCode::io, why);
  if (size == content.bytes.size()) return fail(ErrorCode::io, "it grows while it is read");
  content.bytes.resize(size);
  content.modified = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(status.st_mtime));
  return content;
}

// Another version of seekd may read the same bytes better.
std::string fingerprint_of(std::string_view bytes) {
  return "seekd/" SEEKD_VERSION " " + cache::hash_text(bytes).hex();
}

std::string clipped(const std::string& words) {
  return std::string(policy::first_bytes(words, words_bytes_max));
}

json::object page_json(const ImportFile& file, const FileText& text, const Content& content) {
  const PageMetadata& metadata = text.metadata;
  const std::string name = file.path.filename().string();
  json::array blocks;
  for (const Block& block : text.blocks) {
    blocks.push_back(
        {{"kind", to_string(block.kind)}, {"level", block.level}, {"text", block.text}});
  }
  return {{"title", clipped(metadata.title.empty() ? terminal_line(name) : metadata.title)},
          {"author", clipped(metadata.author)},
          {"language", clipped(metadata.language)},
          {"published", clipped(metadata.published)},
          {"modified", clipped(metadata.modified.empty() ? content.modified : metadata.modified)},
          {"blocks", std::move(blocks)}};
}

class Import {
 public:
  Import(const DaemonConnection& seekd, FileReader& reader, const ImportList& list,
         const ImportTask& task, Progress& progress)
      : seekd_(seekd), reader_(reader), list_(list), task_(task), progress_(progress) {
    for (const SkippedFile& file : list.skipped) {
      summary_.skipped[std::string(to_string(file.reason))].push_back(file.path.string());
    }
  }

  Result<ImportSummary> run() {
    if (Status known = learn_stored(); !known) return std::unexpected(std::move(known.error()));
    for (const ImportFile& file : list_.files) {
      if (task_.interrupted()) break;
      begin(file);
      while (waiting_.size() >= task_.readers && !stopped_) settle();
      if (stopped_) break;
    }
    while (!waiting_.empty() && !stopped_ && !task_.interrupted()) settle();
    if (stopped_) return std::unexpected(std::move(*stopped_));
    summary_.interrupted = task_.interrupted();
    if (Status pruned = prune(); !pruned) return std::unexpected(std::move(pruned.error()));
    return std::move(summary_);
  }

 private:
  // A file whose reader has begun, or that needs none.
  struct Waiting {
    const ImportFile* file = nullptr;
    std::string address;
    std::string fingerprint;
    Content content;
  };

  Status learn_stored() {
    const std::string prefix = policy::collection_prefix(task_.collection);
    const auto reply = seekd_.get("/seekd/v1/pages?under=" + query_value(prefix));
    if (!reply) return std::unexpected(reply.error());
    for (const json::value& value : array_at(*reply, "pages")) {
      if (!value.is_object()) continue;
      const json::object& page = value.get_object();
      stored_[text_at(page, "url")] = text_at(page, "fingerprint");
    }
    return {};
  }

  void count(const ImportFile& file) {
    ++summary_.done.files;
    summary_.done.bytes += file.bytes;
    progress_.show(summary_.done, Clock::now());
  }

  void fail_file(const ImportFile& file, const std::string& error) {
    progress_.clear();
    say(file.path.string() + ": " + error);
    summary_.failures.push_back({file.path.string(), error});
  }

  void begin(const ImportFile& file) {
    auto address = policy::address_in(task_.collection, file.place);
    if (!address) return give_up(file, address.error().message);
    seen_.insert(*address);
    auto content = read_regular_file(file.path);
    if (!content) return give_up(file, content.error().message);
    const std::string fingerprint = fingerprint_of(content->bytes);
    if (is_page_lines(content->bytes, file.place)) return import_lines(file, content->bytes);
    if (const auto known = stored_.find(*address);
        known != stored_.end() && known->second == fingerprint && confirm(*address, fingerprint)) {
      ++summary_.unchanged;
      return count(file);
    }
    if (Status begun = reader_.start(content->bytes, file.place); !begun) {
      return give_up(file, begun.error().message);
    }
    content->bytes = {};
    waiting_.push_back({&file, *std::move(address), fingerprint, *std::move(content)});
  }

  void give_up(const ImportFile& file, const std::string& error) {
    fail_file(file, error);
    count(file);
  }

  bool confirm(const std::string& address, const std::string& fingerprint) {
    return seekd_
        .post("/seekd/v1/import",
              {{"url", address}, {"fingerprint", fingerprint}, {"unchanged", true}})
        .has_value();
  }

  // The file that began first: what its reader says, and what seekd says to that.
  void settle() {
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    const Result<FileText> text = reader_.finish();
    if (text) {
      json::object page = page_json(*next.file, *text, next.content);
      page["url"] = next.address;
      page["fingerprint"] = next.fingerprint;
      send(*next.file, "", json::serialize(page));
    } else if (text.error().code == ErrorCode::unsupported) {
      summary_.skipped[std::string(to_string(Skip::not_readable))].push_back(
          next.file->path.string() + ": " + text.error().message);
    } else {
      fail_file(*next.file, text.error().message);
    }
    count(*next.file);
  }

  void send(const ImportFile& file, const std::string& where, const std::string& body) {
    const Result<json::object> reply = seekd_.post_text("/seekd/v1/import", body);
    if (!reply) {
      if (reply.error().code == ErrorCode::unavailable) stopped_ = reply.error();
      return fail_file(file, where + reply.error().message);
    }
    const std::string change = text_at(*reply, "change");
    ++(change == "added"     ? summary_.added
       : change == "changed" ? summary_.changed
                             : summary_.unchanged);
  }

  // A page a line, as --jsonl takes them.
  void import_lines(const ImportFile& file, std::string_view bytes) {
    for (std::size_t number = 1; !bytes.empty() && !stopped_; ++number) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size());
      const std::string_view line = bytes.substr(0, end);
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
      if (line.find_first_not_of(" \t\r") == line.npos) continue;
      boost::system::error_code error;
      json::value page = json::parse(line, error);
      const std::string where = "line " + std::to_string(number) + ": ";
      if (error || !page.is_object()) {
        fail_file(file, where + "is no JSON object");
        continue;
      }
      page.get_object()["collection"] = task_.collection;
      send(file, where, json::serialize(page));
    }
    count(file);
  }

  // What stands below the folders and was not seen. Where a folder could not be looked into,
  // nothing is known to have gone.
  Status prune() {
    if (task_.prune == Prune::keep || summary_.interrupted) return {};
    if (summary_.skipped.contains(std::string(to_string(Skip::unreadable)))) {
      say("nothing is pruned: not every folder could be looked into");
      return {};
    }
    // A file that is there and is left alone is not gone.
    std::vector<std::string> gone;
    for (const auto& [address, fingerprint] : stored_) {
      if (!seen_.contains(address) && is_below_folders(address) && !is_skipped(address)) {
        gone.push_back(address);
      }
    }
    for (std::size_t begin = 0; begin < gone.size(); begin += removed_at_once) {
      const std::size_t end = std::min(begin + removed_at_once, gone.size());
      const std::vector<std::string> some(gone.begin() + static_cast<std::ptrdiff_t>(begin),
                                          gone.begin() + static_cast<std::ptrdiff_t>(end));
      const auto reply = seekd_.post("/seekd/v1/remove", {{"urls", json::value_from(some)}});
      if (!reply) return std::unexpected(reply.error());
      summary_.removed += static_cast<std::size_t>(integer_at(*reply, "removed"));
    }
    return {};
  }

  bool is_below_folders(const std::string& address) const {
    for (const std::string& folder : list_.folders) {
      const auto root = policy::address_in(task_.collection, folder);
      if (root && address.starts_with(*root + "/")) return true;
    }
    return false;
  }

  bool is_skipped(const std::string& address) const {
    for (const SkippedFile& file : list_.skipped) {
      const auto place = policy::address_in(task_.collection, file.place);
      if (place && *place == address) return true;
    }
    return false;
  }

  const DaemonConnection& seekd_;
  FileReader& reader_;
  const ImportList& list_;
  const ImportTask& task_;
  Progress& progress_;
  std::map<std::string, std::string> stored_;  // address → fingerprint
  std::set<std::string> seen_;
  std::deque<Waiting> waiting_;  // in the order of the reader's children
  std::optional<Error> stopped_;
  ImportSummary summary_;
};

}  // namespace

json::object to_json(const ImportSummary& summary) {
  json::array failures;
  for (const auto& failure : summary.failures) {
    failures.push_back({{"file", terminal_line(failure.file, 4096)}, {"error", failure.error}});
  }
  json::object skipped;
  for (const auto& [reason, files] : summary.skipped) skipped[reason] = files.size();
  return {{"files", summary.done.files},
          {"bytes", summary.done.bytes},
          {"added", summary.added},
          {"changed", summary.changed},
          {"unchanged", summary.unchanged},
          {"removed", summary.removed},
          {"failed", std::move(failures)},
          {"skipped", std::move(skipped)},
          {"interrupted", summary.interrupted}};
}

Result<ImportSummary> import_files(const DaemonConnection& seekd, FileReader& reader,
                                   const ImportList& list, const ImportTask& task,
                                   Progress& progress) {
  return Import(seekd, reader, list, task, progress).run();
}

}  // namespace seekd::ctl
