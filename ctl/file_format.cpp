#include "ctl/file_format.h"

#include <algorithm>
#include <array>
#include <string>

#include <boost/json.hpp>

namespace seekd::ctl {
namespace {

using fetcher::PageFormat;

constexpr std::size_t sniffed_bytes = 1024;
constexpr std::array<std::string_view, 4> markdown_names{".md", ".markdown", ".mdown", ".mkd"};
constexpr std::array<std::string_view, 4> html_names{".html", ".htm", ".xhtml", ".shtml"};
constexpr std::array<std::string_view, 2> line_names{".jsonl", ".ndjson"};
// What begins a document of HTML (WHATWG MIME Sniffing §7.1, the marks that no text begins with).
constexpr std::array<std::string_view, 5> html_marks{"<!doctype html", "<html", "<head", "<body",
                                                     "<title"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

template <std::size_t Count>
bool ends_in(std::string_view name, const std::array<std::string_view, Count>& endings) {
  const std::string spelled = lower(name);
  return std::ranges::any_of(endings, [&](std::string_view end) { return spelled.ends_with(end); });
}

bool begins_as_html(std::string_view bytes) {
  bytes = bytes.substr(0, sniffed_bytes);
  bytes.remove_prefix(std::min(bytes.find('<'), bytes.size()));
  const std::string begin = lower(bytes.substr(0, 16));
  return std::ranges::any_of(html_marks,
                             [&](std::string_view mark) { return begin.starts_with(mark); });
}

}  // namespace

std::optional<PageFormat> file_format(std::string_view bytes, std::string_view name) {
  const PageFormat guessed = fetcher::guessed_format(bytes);
  if (guessed == PageFormat::pdf) return guessed;
  if (lower(name).ends_with(".pdf") && !fetcher::contradiction(PageFormat::pdf, bytes, "")) {
    return PageFormat::pdf;
  }
  if (fetcher::foreign_format(bytes)) return std::nullopt;
  if (guessed == PageFormat::xml) return guessed;
  if (ends_in(name, markdown_names)) return PageFormat::markdown;
  if (ends_in(name, html_names) || begins_as_html(bytes)) return PageFormat::html;
  return PageFormat::plain_text;
}

bool is_page_lines(std::string_view bytes, std::string_view name) {
  if (!ends_in(name, line_names)) return false;
  boost::system::error_code error;
  const auto line = boost::json::parse(bytes.substr(0, bytes.find('\n')), error);
  return !error && line.is_object() && line.get_object().contains("url");
}

}  // namespace seekd::ctl
