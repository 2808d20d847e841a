#include "fetcher/extract/page_features.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

#include "fetcher/extract/feature_math.h"

namespace seekd::fetcher {
namespace {

constexpr double long_words_min = 40;
constexpr double dateline_words_max = 12;

using Names = std::span<const std::string_view>;

constexpr auto article_types = std::to_array<std::string_view>(
    {"Article", "NewsArticle", "BlogPosting", "TechArticle", "ReportageNewsArticle"});
constexpr auto product_types = std::to_array<std::string_view>({"Product", "ProductGroup"});
constexpr auto discussion_types =
    std::to_array<std::string_view>({"DiscussionForumPosting", "QAPage", "Question"});
constexpr auto list_types = std::to_array<std::string_view>({"ItemList", "CollectionPage"});

constexpr auto product_paths =
    std::to_array<std::string_view>({"/product", "/p/", "/dp/", "/shop/", "/item"});
constexpr auto collection_paths = std::to_array<std::string_view>(
    {"/collection", "/category", "/categories", "/c/", "/cat/", "/topic", "/tag"});
constexpr auto discussion_paths =
    std::to_array<std::string_view>({"/thread", "/forum", "/t/", "/questions", "/discussion",
                                     "/comments", "viewtopic", "/community"});
constexpr auto documentation_paths = std::to_array<std::string_view>(
    {"/doc", "/guide", "/reference", "/manual", "/api", "/tutorial", "/help", "/learn"});
constexpr auto article_paths =
    std::to_array<std::string_view>({"/blog", "/news", "/article", "/20", "/story", "/post"});

double says_type(const PageClaims& claims, Names names) {
  return std::ranges::any_of(claims.json_ld.types, [&](const std::string& type) {
    return std::ranges::find(names, type) != names.end();
  });
}

double has_part(std::string_view path, Names parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return path.contains(part); });
}

std::string_view path_of(const std::optional<policy::Url>& url) {
  return url ? url->path() : std::string_view{};
}

double count(std::string_view text, char wanted) {
  return static_cast<double>(std::ranges::count(text, wanted));
}

double has_kind(const TextShape& shape, WordKind kind) {
  return shape.kinds[static_cast<std::size_t>(kind)] > 0 ? 1 : 0;
}

}  // namespace

PageFeatures::PageFeatures(const PageText& page, const PageClaims& claims,
                           const std::optional<policy::Url>& url) {
  read_text(page);
  read_elements(page);
  read_claims(claims);
  read_url(url);
}

void PageFeatures::add(FeatureTable& table) const {
  for (const auto& [name, value] : values_) table.add("page ", name, value);
}

void PageFeatures::read_text(const PageText& page) {
  double long_blocks = 0;
  double priced = 0;
  double comments = 0;
  double dates = 0;
  double asian = 0;
  double letters = 0;
  for (const TextShape& s : page.shapes) {
    long_blocks += s.words >= long_words_min ? 1 : 0;
    priced += s.currency > 0 ? 1 : 0;
    comments += has_kind(s, WordKind::comments);
    dates += s.words < dateline_words_max ? has_kind(s, WordKind::date) : 0;
    asian += s.asian;
    letters += s.letters;
  }
  const double blocks = page.size();
  values_.emplace_back("words", log1(page.all.words));
  values_.emplace_back("blocks", log1(blocks));
  values_.emplace_back("link share", ratio(page.all.link_words, page.all.words));
  values_.emplace_back("prose", ratio(page.all.prose_words, page.all.words));
  values_.emplace_back("prose words", log1(page.all.prose_words));
  values_.emplace_back("long blocks", log1(long_blocks));
  values_.emplace_back("prices", ratio(priced, blocks));
  values_.emplace_back("comment words", ratio(comments, blocks));
  values_.emplace_back("dates", ratio(dates, blocks));
  values_.emplace_back("asian", ratio(asian, letters));
}

void PageFeatures::read_elements(const PageText& page) {
  double articles = 0;
  double forms = 0;
  double main_share = 0;
  for (std::uint32_t i = 1; i < page.nodes.size(); ++i) {
    const HtmlTag tag = page.nodes[i].tag;
    const BlockRange range = page.spans.range(i);
    if (tag == HtmlTag::form) ++forms;
    if (tag == HtmlTag::article && range.size() > 0) ++articles;
    if (tag == HtmlTag::main || tag == HtmlTag::article) {
      main_share = std::max(main_share, ratio(page.spans.sums(range).words, page.all.words));
    }
  }
  double titles = 0;
  double code = 0;
  for (const TextBlock& b : page.blocks) {
    if (b.block.kind == BlockKind::heading && b.block.level == 1) ++titles;
    if (b.block.kind == BlockKind::code) ++code;
  }
  values_.emplace_back("articles", log1(articles));
  values_.emplace_back("forms", log1(forms));
  values_.emplace_back("main share", main_share);
  values_.emplace_back("first headings", titles);
  values_.emplace_back("code", log1(code));
}

void PageFeatures::read_claims(const PageClaims& claims) {
  const std::string& og = claims.og_type;
  values_.emplace_back("og:type article", og.empty() ? -1 : og == "article" ? 1 : 0);
  values_.emplace_back("og:type product", og.contains("product") ? 1 : 0);
  values_.emplace_back("json-ld article", says_type(claims, article_types));
  values_.emplace_back("json-ld product", says_type(claims, product_types));
  values_.emplace_back("json-ld discussion", says_type(claims, discussion_types));
  values_.emplace_back("json-ld list", says_type(claims, list_types));
  values_.emplace_back("json-ld text", log1(static_cast<double>(claims.json_ld.text.size())));
}

void PageFeatures::read_url(const std::optional<policy::Url>& url) {
  const std::string_view path = path_of(url);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const double depth = count(path, '/') - (path.ends_with('/') ? 1 : 0);
  values_.emplace_back("url depth", url ? depth : -1);
  values_.emplace_back("url length", log1(static_cast<double>(path.size())));
  values_.emplace_back("url digits", static_cast<double>(std::ranges::count_if(path, digit)));
  values_.emplace_back("url hyphens", count(path, '-'));
  values_.emplace_back("url product", has_part(path, product_paths));
  values_.emplace_back("url collection", has_part(path, collection_paths));
  values_.emplace_back("url discussion", has_part(path, discussion_paths));
  values_.emplace_back("url documentation", has_part(path, documentation_paths));
  values_.emplace_back("url article", has_part(path, article_paths));
}

bool is_article(const PageClaims& claims) {
  return claims.og_type == "article" || says_type(claims, article_types) > 0;
}

bool is_discussion(const PageClaims& claims, const std::optional<policy::Url>& url) {
  return says_type(claims, discussion_types) > 0 || has_part(path_of(url), discussion_paths) > 0;
}

}  // namespace seekd::fetcher
