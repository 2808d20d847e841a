#include "daemon/api/page_json.h"

#include <boost/json.hpp>

#include "daemon/time_text.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

json::array links_json(const std::vector<Link>& links) {
  json::array out;
  for (const Link& link : links) out.push_back({{"url", link.url}, {"text", link.text}});
  return out;
}

}  // namespace

json::object metadata_json(const PageMetadata& metadata) {
  return {{"author", metadata.author},
          {"language", metadata.language},
          {"canonical_url", metadata.canonical_url},
          {"published", metadata.published},
          {"modified", metadata.modified},
          {"feeds", links_json(metadata.feeds)}};
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

json::object page_json(const cache::StoredPage& page) {
  json::array blocks;
  for (const Block& block : page.blocks) {
    blocks.push_back(
        {{"kind", to_string(block.kind)}, {"level", block.level}, {"text", block.text}});
  }
  return {{"url", page.url},
          {"collection", policy::collection_of(page.url)},
          {"final_url", page.final_url},
          {"title", page.metadata.title},
          {"metadata", metadata_json(page.metadata)},
          {"version", page.version},
          {"snapshot_hash", page.snapshot_hash},
          {"retrieved_at", format_time(page.retrieved_at)},
          {"changed_at", format_time(page.changed_at)},
          {"fresh_until", format_time(page.fresh_until)},
          {"fresh_from", to_string(page.fresh_from)},
          {"visits", page.visits},
          {"changes", page.changes},
          {"expires_at", format_time(page.expires_at)},
          {"blocks", std::move(blocks)},
          {"links", links_json(page.links)},
          {"kind", to_string(page.kind)},
          {"entries", entries_json(page.entries)},
          {"entries_total", page.entries_total}};
}

json::array passages_json(std::span<const Passage> passages) {
  json::array out;
  for (const Passage& passage : passages) {
    out.push_back({{"url", passage.url},
                   {"collection", policy::collection_of(passage.url)},
                   {"title", passage.title},
                   {"heading_path", passage.heading_path},
                   {"text", passage.text},
                   {"also_at", json::value_from(passage.also_at)},
                   {"score", passage.score},
                   {"snapshot",
                    {{"hash", passage.snapshot_hash},
                     {"retrieved_at", format_time(passage.retrieved_at)},
                     {"version", passage.version},
                     {"byte_begin", passage.byte_begin},
                     {"byte_end", passage.byte_end}}},
                   {"fresh_until", format_time(passage.fresh_until)}});
  }
  return out;
}

json::array versions_json(std::span<const cache::VersionInfo> versions) {
  json::array out;
  for (const cache::VersionInfo& version : versions) {
    json::object item{{"version", version.version},
                      {"snapshot_hash", version.snapshot_hash},
                      {"first_seen", format_time(version.first_seen)},
                      {"replaced_at", nullptr},
                      {"blocks", version.blocks}};
    if (version.replaced_at) item["replaced_at"] = format_time(*version.replaced_at);
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace seekd::daemon
