// seekctl show: a page of the cache, its versions, and what changed between two of them.

#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "ctl/block_diff.h"
#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/page_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct ShowOptions {
  DaemonOptions daemon;
  std::string url;
  std::uint32_t version = 0;                       // 0: the current one
  std::pair<std::uint32_t, std::uint32_t> diff{};  // 0: not asked for
  std::string as_of;                               // RFC 3339; "": now
  bool versions = false;
  bool json = false;
};

std::vector<Block> blocks_of(const json::object& page) {
  constexpr std::array kinds = {BlockKind::heading,   BlockKind::paragraph, BlockKind::list_item,
                                BlockKind::table_row, BlockKind::code,      BlockKind::quote,
                                BlockKind::caption};
  std::vector<Block> blocks;
  for (const json::value& item : array_at(page, "blocks")) {
    if (!item.is_object()) continue;
    const json::object& object = item.get_object();
    Block block{BlockKind::paragraph, static_cast<std::uint8_t>(integer_at(object, "level")),
                text_at(object, "text")};
    for (const BlockKind kind : kinds) {
      if (to_string(kind) == text_at(object, "kind")) block.kind = kind;
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::vector<Link> links_of(const json::object& page) {
  std::vector<Link> links;
  for (const json::value& item : array_at(page, "links")) {
    if (!item.is_object()) continue;
    const json::object& object = item.get_object();
    links.push_back({text_at(object, "url"), text_at(object, "text")});
  }
  return links;
}

void print_block(const Block& block) {
  const std::string text = terminal_text(block.text);
  switch (block.kind) {
    case BlockKind::heading:
      std::cout << '\n' << std::string(block.level, '#') << ' ' << text << "\n\n";
      break;
    case BlockKind::list_item:
      std::cout << std::string(2 * block.level, ' ') << "- " << text << '\n';
      break;
    case BlockKind::table_row:
      std::cout << "| " << text << " |\n";
      break;
    case BlockKind::quote:
      std::cout << "> " << text << "\n\n";
      break;
    case BlockKind::paragraph:
    case BlockKind::code:
    case BlockKind::caption:
      std::cout << text << "\n\n";
      break;
  }
}

// Why the page is fresh so long.
std::string origin_of(const json::object& page) {
  const std::string from = text_at(page, "fresh_from");
  const std::string visits = std::to_string(integer_at(page, "visits")) + " visits, " +
                             std::to_string(integer_at(page, "changes")) + " that found it changed";
  if (from == "server") return "its server says so";
  if (from == "learned") return "learned from " + visits;
  if (from == "last_modified") return "by its Last-Modified";
  return "cache.freshness_default";
}

void print_page(const json::object& page) {
  std::cout << terminal_line(text_at(page, "title")) << '\n'
            << terminal_line(text_at(page, "url")) << '\n'
            << "version " << integer_at(page, "version") << ", snapshot "
            << terminal_line(text_at(page, "snapshot_hash")) << "\nretrieved "
            << terminal_line(text_at(page, "retrieved_at")) << ", changed "
            << terminal_line(text_at(page, "changed_at")) << ", fresh until "
            << terminal_line(text_at(page, "fresh_until")) << " (" << origin_of(page)
            << "), kept until " << terminal_line(text_at(page, "expires_at")) << '\n';
  print_claims(page, "");
  print_entries(page, "");
  std::cout << '\n';
  for (const Block& block : blocks_of(page)) print_block(block);
}

void print_versions(const json::object& reply) {
  for (const json::value& item : array_at(reply, "versions")) {
    if (!item.is_object()) continue;
    const json::object& version = item.get_object();
    const std::string replaced = text_at(version, "replaced_at");
    std::cout << integer_at(version, "version") << "  first seen "
              << terminal_line(text_at(version, "first_seen")) << ", "
              << (replaced.empty() ? "current" : "replaced " + terminal_line(replaced)) << ", "
              << integer_at(version, "blocks") << " blocks, snapshot "
              << terminal_line(text_at(version, "snapshot_hash")) << '\n';
  }
}

Result<json::object> get_page(const DaemonConnection& seekd, const ShowOptions& options,
                              std::uint32_t version) {
  std::string target = "/seekd/v1/page?url=" + query_value(options.url);
  if (version != 0) target += "&version=" + std::to_string(version);
  return seekd.get(target);
}

// The version that stood at a time; RFC 3339 in UTC sorts as text, a date alone before its times.
Result<std::uint32_t> version_at(const DaemonConnection& seekd, const ShowOptions& options) {
  const Result<json::object> reply =
      seekd.get("/seekd/v1/versions?url=" + query_value(options.url));
  if (!reply) return std::unexpected(reply.error());
  for (const json::value& item : array_at(*reply, "versions")) {
    if (!item.is_object() || text_at(item.get_object(), "first_seen") > options.as_of) continue;
    return static_cast<std::uint32_t>(integer_at(item.get_object(), "version"));
  }
  return fail(ErrorCode::not_found, "no version of '" + options.url +
                                        "' that is kept is as old as " + options.as_of +
                                        "; --versions lists them");
}

Status show_diff(const DaemonConnection& seekd, const ShowOptions& options) {
  const Result<json::object> before = get_page(seekd, options, options.diff.first);
  if (!before) return std::unexpected(before.error());
  const Result<json::object> after = get_page(seekd, options, options.diff.second);
  if (!after) return std::unexpected(after.error());
  const std::vector<Block> blocks_before = blocks_of(*before);
  const std::vector<Block> blocks_after = blocks_of(*after);
  const std::vector<Link> links_before = links_of(*before);
  const std::vector<Link> links_after = links_of(*after);
  const BlockDiff diff = diff_pages({blocks_before, links_before}, {blocks_after, links_after});
  std::cout << (options.json ? json::serialize(to_json(diff)) + '\n' : to_text(diff));
  return {};
}

Status show(const ShowOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  if (options.diff.first != 0) return show_diff(*seekd, options);
  std::uint32_t version = options.version;
  if (!options.as_of.empty()) {
    const Result<std::uint32_t> then = version_at(*seekd, options);
    if (!then) return std::unexpected(then.error());
    version = *then;
  }
  const Result<json::object> reply =
      options.versions ? seekd->get("/seekd/v1/versions?url=" + query_value(options.url))
                       : get_page(*seekd, options, version);
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else if (options.versions) {
    print_versions(*reply);
  } else {
    print_page(*reply);
  }
  return {};
}

// "" when it is a time in UTC or a date, else what is wrong.
std::string is_time(const std::string& text) {
  constexpr std::string_view pattern = "0000-00-00T00:00:00Z";
  bool fits = text.size() == 10 || text.size() == pattern.size();
  for (std::size_t i = 0; fits && i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    fits = pattern[i] == '0' ? digit : text[i] == pattern[i];
  }
  return fits ? "" : "write the time as 2026-03-01T12:00:00Z, or a date alone";
}

}  // namespace

void add_show(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<ShowOptions>();
  CLI::App* command =
      app.add_subcommand("show", "a page of the cache, its versions, or what changed between two");
  command->footer("Example:\n  seekctl show https://www.debian.org/ --diff 1 2");
  command->add_option("URL", options->url, "the page")->required();
  CLI::Option* versions =
      command->add_flag("--versions", options->versions, "list the versions that are kept");
  CLI::Option* version = command->add_option("--version", options->version, "show this version")
                             ->check(CLI::PositiveNumber);
  CLI::Option* diff =
      command->add_option("--diff", options->diff, "what changed between two versions")
          ->check(CLI::PositiveNumber);
  CLI::Option* as_of =
      command
          ->add_option("--as-of", options->as_of,
                       "the version that stood then, as 2026-03-01T12:00:00Z or 2026-03-01")
          ->check(is_time);
  versions->excludes(version)->excludes(diff)->excludes(as_of);
  version->excludes(diff)->excludes(as_of);
  diff->excludes(as_of);
  command->add_flag("--json", options->json, "as JSON");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status done = show(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
