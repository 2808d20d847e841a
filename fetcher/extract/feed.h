// A feed, whatever it is written in, as a page: its entries as typed entries, and their text as
// blocks under a heading each, so that it is stored, searched and cited like any other page.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fetcher/extract/document.h"

namespace seekd::fetcher {

inline constexpr std::size_t entries_read_max = 500;  // the text of more is not read

struct FeedText {
  enum class As : std::uint8_t { text, html };
  std::string text;
  As as = As::html;
};

struct FeedEntry {
  std::string url;  // as written
  FeedText title;
  std::string published;  // as written
  std::string modified;
  FeedText content;  // what the entry says in full, else its summary
};

struct Feed {
  FeedText title;
  FeedText description;
  std::string language;
  std::string modified;  // as written
  std::string site;      // the page that it is the feed of, as written
  std::string base;      // xml:base, "" for the feed's own URL
  std::vector<FeedEntry> entries;
  std::uint64_t entries_total = 0;  // beyond page_entries_max they are counted alone
};

// `url`: of the feed, or "".
Document feed_document(const Feed& feed, std::string_view url);

}  // namespace seekd::fetcher
