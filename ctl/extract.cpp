// seekctl extract and diff: what seekd would read of a page, and what it would call a change.

#include <iostream>
#include <memory>

#include <boost/json.hpp>

#include "ctl/block_diff.h"
#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/terminal.h"
#include "fetcher/extract/gzip.h"
#include "fetcher/extract/page_reader.h"
#include "policy/url.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t page_bytes_max = 16 << 20;
constexpr std::uint64_t gzip_ratio_max = 100;  // as fetcher.ratio_max
// A file has no URL that its relative links are seen from; any does, as long as both have the same.
constexpr std::string_view file_url = "https://page.invalid/";

struct ExtractOptions {
  std::string url;
  std::string content_type;
  bool text = false;
  bool entries = false;
  bool json = false;
};

// As a worker does, but for the type: without one the first bytes decide.
Result<fetcher::Document> extract_page(const std::string& page, std::string_view content_type,
                                       std::string_view url) {
  const auto named = fetcher::page_format(content_type);
  if (!named && !content_type.empty()) {
    return fail(ErrorCode::unsupported,
                "--content-type '" + std::string(content_type) + "' is no type of page");
  }
  const auto format = named.value_or(fetcher::guessed_format(page));
  if (!fetcher::is_gzip(page) || format != fetcher::PageFormat::xml) {
    if (const auto foreign = fetcher::contradiction(format, page, content_type)) {
      return fail(ErrorCode::unsupported, "the first bytes are " + std::string(*foreign));
    }
    return fetcher::read_page(fetcher::settled_format(format, page), page, content_type, url);
  }
  const auto unpacked = fetcher::gunzip(page, {page_bytes_max, gzip_ratio_max});
  if (!unpacked) return std::unexpected(unpacked.error());
  return fetcher::read_page(format, *unpacked, content_type, url);
}

json::array entries_json(const std::vector<PageEntry>& entries) {
  json::array out;
  for (const PageEntry& entry : entries) {
    out.push_back({{"url", entry.url},
                   {"title", entry.title},
                   {"published", entry.published},
                   {"modified", entry.modified}});
  }
  return out;
}

// A tab between the fields, none of which has one inside: URL, date, title.
std::string entry_line(const PageEntry& entry) {
  const std::string& date = entry.modified.empty() ? entry.published : entry.modified;
  return terminal_line(entry.url, policy::url_bytes_max) + '\t' + date + '\t' +
         terminal_line(entry.title);
}

json::object document_json(const fetcher::Document& document) {
  const PageMetadata& metadata = document.metadata;
  json::array blocks;
  for (const Block& block : document.blocks) blocks.push_back(to_json(block));
  json::array links;
  for (const Link& link : document.links) links.push_back({{"url", link.url}, {"text", link.text}});
  json::array feeds;
  for (const Link& feed : metadata.feeds) {
    feeds.push_back({{"url", feed.url}, {"title", feed.text}});
  }
  return {{"title", metadata.title},
          {"author", metadata.author},
          {"language", metadata.language},
          {"canonical_url", metadata.canonical_url},
          {"published", metadata.published},
          {"modified", metadata.modified},
          {"kind", to_string(document.kind)},
          {"feeds", std::move(feeds)},
          {"blocks", std::move(blocks)},
          {"links", std::move(links)},
          {"entries", entries_json(document.entries)},
          {"entries_total", document.entries_total}};
}

// What is read from top to bottom: captions stand beside it.
std::string running_text(std::vector<Block> blocks) {
  std::erase_if(blocks, [](const Block& block) { return block.kind == BlockKind::caption; });
  return snapshot_text(blocks);
}

Status extract(const ExtractOptions& options) {
  const Result<std::string> page = read_all(std::cin, page_bytes_max, "the page");
  if (!page) return std::unexpected(page.error());
  const Result<fetcher::Document> document = extract_page(*page, options.content_type, options.url);
  if (!document) return std::unexpected(document.error());
  if (options.json) {
    std::cout << json::serialize(document_json(*document)) << '\n';
  } else if (options.entries) {
    for (const PageEntry& entry : document->entries) std::cout << entry_line(entry) << '\n';
  } else if (const std::string text = running_text(document->blocks); !text.empty()) {
    std::cout << text << '\n';
  }
  return {};
}

struct DiffOptions {
  std::string before;
  std::string after;
  bool json = false;
};

Result<fetcher::Document> read_page(const std::string& path) {
  const Result<std::string> page = read_file(path, page_bytes_max);
  if (!page) return std::unexpected(page.error());
  Result<fetcher::Document> document = fetcher::extract_html(*page, "text/html", file_url);
  if (!document) return fail(document.error().code, "'" + path + "': " + document.error().message);
  return document;
}

Status diff(const DiffOptions& options) {
  const Result<fetcher::Document> before = read_page(options.before);
  if (!before) return std::unexpected(before.error());
  const Result<fetcher::Document> after = read_page(options.after);
  if (!after) return std::unexpected(after.error());
  const BlockDiff difference =
      diff_pages({before->blocks, before->links}, {after->blocks, after->links});
  std::cout << (options.json ? json::serialize(to_json(difference)) + '\n' : to_text(difference));
  return {};
}

}  // namespace

void add_extract(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<ExtractOptions>();
  CLI::App* command =
      app.add_subcommand("extract", "the text, metadata, links and entries that seekd would read");
  command->footer(
      "Example:\n  seekctl extract --json https://example.org/ < page.html\n"
      "  seekctl extract --entries https://example.org/feed < feed.xml");
  command->add_option("URL", options->url, "the page's URL: relative links are seen from it");
  CLI::Option* text = command->add_flag(
      "--text", options->text, "the main content as plain text, without captions (the default)");
  CLI::Option* entries =
      command->add_flag("--entries", options->entries,
                        "of a feed or a sitemap: URL, date and title by tabs, a line each");
  entries->excludes(text);
  command->add_flag("--json", options->json, "all blocks, metadata, links and entries as JSON")
      ->excludes(text)
      ->excludes(entries);
  command->add_option("--content-type", options->content_type,
                      "the response's Content-Type: it may name the charset (default: by the first "
                      "bytes, which tell HTML, feeds, sitemaps, JSON and PDF)");
  command->callback([options, &status] {
    if (const Status done = extract(*options); !done) status = refuse(done.error());
  });
}

void add_diff(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<DiffOptions>();
  CLI::App* command =
      app.add_subcommand("diff", "what changed between two HTML files, in the cache's terms");
  command->footer(
      "change: none, noise (nobody edited it: stored as no change), minor, or major (less than "
      "0.85 "
      "of it stayed).\n"
      "Example:\n  seekctl diff old.html new.html");
  command->add_option("OLD", options->before, "HTML file")->required();
  command->add_option("NEW", options->after, "HTML file; - reads standard input")->required();
  command->add_flag("--json", options->json, "as JSON");
  command->callback([options, &status] {
    if (const Status done = diff(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
