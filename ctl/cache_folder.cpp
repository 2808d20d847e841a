#include "ctl/cache_folder.h"

#include <ctime>
#include <iostream>
#include <system_error>

#include <boost/json.hpp>

#include "cache/inspect.h"
#include "cache/rekey.h"
#include "cache/salvage.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// Paragraphs stand between empty lines, as import reads them.
std::string export_text(const std::vector<Block>& blocks) {
  std::string text;
  for (const Block& block : blocks) {
    if (!text.empty()) text += "\n\n";
    text += block.text;
  }
  return text;
}

std::string rfc3339(TimePoint time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Status io_failure(const fs::path& path, const std::error_code& error) {
  return fail(ErrorCode::io, path.string() + ": " + error.message());
}

}  // namespace

Status check_cache(const config::CacheConfig& config, TimePoint now) {
  const auto report = cache::inspect(config, now);
  if (!report) return std::unexpected(report.error());
  for (const std::string& finding : report->findings) {
    std::cout << terminal_line(finding, 1000) << '\n';
  }
  std::cout << report->pages << " pages, " << report->versions << " past versions, "
            << report->blocks << " blocks with " << report->block_references << " references, "
            << report->passages << " passages, " << report->postings
            << " postings: " << report->findings_total << " contradictions\n";
  if (report->sound()) return {};
  return fail(ErrorCode::corrupt, config.directory.string() +
                                      " contradicts itself: `seekctl cache repair`, or restore a "
                                      "backup");
}

Status repair_cache(const config::CacheConfig& config, TimePoint now) {
  const auto report = cache::salvage(config, now);
  if (!report) return std::unexpected(report.error());
  for (const std::string& url : report->pages_lost) {
    std::cout << "lost: " << terminal_line(url, 2048) << '\n';
  }
  std::cout << report->pages << " pages and " << report->versions << " past versions are kept; "
            << report->pages_lost.size() << " pages and " << report->versions_lost
            << " versions are lost, " << report->gaps << " places could not be read\n"
            << "the damaged folder is " << report->damaged.string() << '\n';
  return {};
}

Status export_cache(const config::CacheConfig& config, TimePoint now) {
  return cache::for_each_page(config, now, [](const cache::StoredPage& page) {
    std::cout << json::serialize(json::object{{"url", page.url},
                                              {"title", page.metadata.title},
                                              {"text", export_text(page.blocks)},
                                              {"retrieved_at", rfc3339(page.retrieved_at)}})
              << '\n';
    return std::cout.good();
  });
}

Status restore_cache(const config::CacheConfig& config, const fs::path& backup, TimePoint now) {
  config::CacheConfig copy = config;
  copy.directory = backup;
  if (const Status sound = check_cache(copy, now); !sound) return sound;
  if (const Status free = cache::check_not_held(config.directory); !free) return free;
  const fs::path coming = config.directory.string() + ".restoring";
  std::error_code error;
  fs::remove_all(coming, error);
  fs::copy(backup, coming, fs::copy_options::recursive, error);
  if (error) return io_failure(coming, error);
  fs::permissions(coming, fs::perms::owner_all, error);
  if (fs::exists(config.directory, error)) {
    const fs::path aside =
        config.directory.string() + ".replaced-" + std::to_string(now.time_since_epoch().count());
    fs::rename(config.directory, aside, error);
    if (error) return io_failure(aside, error);
    std::cout << "what was there is " << aside.string() << '\n';
  }
  fs::rename(coming, config.directory, error);
  if (error) return io_failure(config.directory, error);
  std::cout << "restored: " << config.directory.string() << '\n';
  return {};
}

Status encrypt_cache(const config::CacheConfig& config, TimePoint now) {
  if (config.key_file.empty()) {
    return fail(ErrorCode::invalid_argument,
                "set cache.key_file to the file that holds the key, or name it with --key-file");
  }
  config::CacheConfig plain = config;
  plain.key_file.clear();
  return rewrite_cache(plain, config.key_file, now);
}

Status decrypt_cache(const config::CacheConfig& config, TimePoint now) {
  return rewrite_cache(config, {}, now);
}

Status rotate_key(const config::CacheConfig& config, const fs::path& new_key, TimePoint /*now*/) {
  const Status rotated = cache::rotate_key(config, new_key);
  if (!rotated) return rotated;
  std::cout
      << config.directory.string() << " opens with " << new_key.string()
      << " from now on: name it in cache.key_file. Backups made before want the old key, or a "
         "`seekctl cache rotate-key --folder` each.\n";
  return {};
}

Status rewrite_cache(const config::CacheConfig& config, const fs::path& new_key, TimePoint now) {
  const auto old = cache::rewrite_under_key(config, new_key, now);
  if (!old) return std::unexpected(old.error());
  std::cout << config.directory.string()
            << (new_key.empty()
                    ? std::string(" is not encrypted any more: leave out cache.key_file")
                    : " is encrypted with the key in " + new_key.string())
            << ".\nThe folder as it was is " << old->string() << ": remove it, and backups made "
            << "before, when all is well.\n";
  return {};
}

}  // namespace seekd::ctl
