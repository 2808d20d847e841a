// seekctl extract and diff: what seekd would read of a page, and what it would call a change.

#include <iostream>
#include <memory>

#include <boost/json.hpp>

#include "ctl/block_diff.h"
#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/terminal.h"
#include "fetcher/extract/document.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t page_bytes_max = 16 << 20;

struct ExtractOptions {
  std::string url;
  std::string content_type = "text/html";
  bool text = false;
  bool json = false;
};

Result<fetcher::Document> extract_page(std::string_view page, std::string_view content_type,
                                       std::string_view url) {
  const bool plain =
      content_type.starts_with("text/plain") || content_type.starts_with("text/markdown");
  return plain ? fetcher::extract_plain_text(page, content_type)
               : fetcher::extract_html(page, content_type, url);
}

json::object document_json(const fetcher::Document& document) {
  const PageMetadata& metadata = document.metadata;
  json::array blocks;
  for (const Block& block : document.blocks) blocks.push_back(to_json(block));
  json::array links;
  for (const Link& link : document.links) links.push_back({{"url", link.url}, {"text", link.text}});
  return {{"title", metadata.title},         {"author", metadata.author},
          {"language", metadata.language},   {"canonical_url", metadata.canonical_url},
          {"published", metadata.published}, {"modified", metadata.modified},
          {"blocks", std::move(blocks)},     {"links", std::move(links)}};
}

Status extract(const ExtractOptions& options) {
  const Result<std::string> page = read_all(std::cin, page_bytes_max, "the page");
  if (!page) return std::unexpected(page.error());
  const Result<fetcher::Document> document = extract_page(*page, options.content_type, options.url);
  if (!document) return std::unexpected(document.error());
  if (options.json) {
    std::cout << json::serialize(document_json(*document)) << '\n';
  } else if (!document->blocks.empty()) {
    std::cout << snapshot_text(document->blocks) << '\n';
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
  Result<fetcher::Document> document = fetcher::extract_html(*page, "text/html", "");
  if (!document) return fail(document.error().code, "'" + path + "': " + document.error().message);
  return document;
}

Status diff(const DiffOptions& options) {
  const Result<fetcher::Document> before = read_page(options.before);
  if (!before) return std::unexpected(before.error());
  const Result<fetcher::Document> after = read_page(options.after);
  if (!after) return std::unexpected(after.error());
  const BlockDiff difference = diff_pages(before->blocks, after->blocks);
  std::cout << (options.json ? json::serialize(to_json(difference)) + '\n' : to_text(difference));
  return {};
}

}  // namespace

void add_extract(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<ExtractOptions>();
  CLI::App* command =
      app.add_subcommand("extract", "the text, metadata and links that seekd would read of a page");
  command->footer("Example:\n  seekctl extract --json https://example.org/ < page.html");
  command->add_option("URL", options->url, "the page's URL: relative links are seen from it");
  CLI::Option* text =
      command->add_flag("--text", options->text, "the main content as plain text (the default)");
  command->add_flag("--json", options->json, "blocks, metadata and links as JSON")->excludes(text);
  command
      ->add_option("--content-type", options->content_type,
                   "the response's Content-Type: it may name the charset, or plain text")
      ->capture_default_str();
  command->callback([options, &status] {
    if (const Status done = extract(*options); !done) status = refuse(done.error());
  });
}

void add_diff(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<DiffOptions>();
  CLI::App* command =
      app.add_subcommand("diff", "what changed between two HTML files, in the cache's terms");
  command->footer("Example:\n  seekctl diff old.html new.html");
  command->add_option("OLD", options->before, "HTML file")->required();
  command->add_option("NEW", options->after, "HTML file; - reads standard input")->required();
  command->add_flag("--json", options->json, "as JSON");
  command->callback([options, &status] {
    if (const Status done = diff(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
