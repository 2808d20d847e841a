#include "fetcher/extract/furniture.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace seekd::fetcher {
namespace {

bool furniture_tag(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::nav:
    case HtmlTag::aside:
    case HtmlTag::footer:
    case HtmlTag::header:
    case HtmlTag::form:
    case HtmlTag::fieldset:
    case HtmlTag::menu:
    case HtmlTag::noscript:  // most say that scripts are needed; some hold the page
      return true;
    default:
      return false;
  }
}

constexpr auto furniture_roles = std::to_array<std::string_view>(
    {"alert", "alertdialog", "banner", "complementary", "contentinfo", "dialog", "menu", "menubar",
     "navigation", "search", "tablist", "toolbar", "tooltip"});

constexpr auto comment_words = std::to_array<std::string_view>(
    {"comment", "commentlist", "comments", "disqus", "replies", "respond"});

constexpr auto furniture_words =
    std::to_array<std::string_view>({"ad",          "ads",       "advert",     "advertisement",
                                     "advertising", "affiliate", "banner",     "breadcrumb",
                                     "breadcrumbs", "byline",    "consent",    "cookie",
                                     "cookies",     "copyright", "footer",     "gdpr",
                                     "login",       "masthead",  "menu",       "modal",
                                     "nav",         "navbar",    "navigation", "newsletter",
                                     "outbrain",    "pager",     "pagination", "popup",
                                     "promo",       "recirc",    "recommend",  "recommendations",
                                     "recommended", "related",   "share",      "sharebar",
                                     "sharedaddy",  "sharing",   "sidebar",    "signup",
                                     "social",      "sponsor",   "sponsored",  "subscribe",
                                     "taboola",     "toolbar",   "trending",   "widget"});
// Names of consent managers among them. "cookie" alone may be a recipe.
constexpr auto consent_words = std::to_array<std::string_view>(
    {"ccpa", "consent", "cookiebanner", "cookiebar", "cookiebot", "cookieconsent", "cookielaw",
     "cookienotice", "didomi", "gdpr", "onetrust", "usercentrics"});

constexpr auto banner_words = std::to_array<std::string_view>(
    {"alert", "banner", "bar", "dialog", "disclaimer", "law", "message", "modal", "notice",
     "notification", "overlay", "policy", "popup", "preferences", "settings", "wall"});
static_assert(std::ranges::is_sorted(consent_words) && std::ranges::is_sorted(banner_words));
static_assert(std::ranges::is_sorted(furniture_words) && std::ranges::is_sorted(comment_words));

Furniture judge_word(std::string_view word) {
  if (std::ranges::binary_search(consent_words, word)) return Furniture::consent;
  if (std::ranges::binary_search(comment_words, word)) return Furniture::comments;
  return std::ranges::binary_search(furniture_words, word) ? Furniture::other : Furniture::none;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}

// One class name or id: "postComments", "article-footer". What calls itself content is content,
// wherever it stands ("content-nav-section").
Furniture judge_name(std::string_view name) {
  Furniture judged = Furniture::none;
  bool cookies = false;
  bool banner = false;
  std::string word;
  for (std::size_t at = 0; at <= name.size(); ++at) {
    const char c = at < name.size() ? name[at] : '-';
    const bool begins = is_upper(c) && at > 0 && is_lower(name[at - 1]);
    if (begins || !is_letter(c)) {
      if (word == "content" || word == "main" || word == "body") return Furniture::none;
      judged = std::max(judged, judge_word(word));
      cookies = cookies || word == "cookie" || word == "cookies";
      banner = banner || std::ranges::binary_search(banner_words, word);
      word.clear();
    }
    if (is_letter(c)) word += static_cast<char>(c | 0x20);
  }
  return cookies && banner ? Furniture::consent : judged;
}

Furniture judge_names(std::string_view names) {
  Furniture judged = Furniture::none;
  for (std::size_t at = 0; at < names.size();) {
    const std::size_t end = std::min(names.find_first_of(" \t\r\n", at), names.size());
    judged = std::max(judged, judge_name(names.substr(at, end - at)));
    at = end + 1;
  }
  return judged;
}

}  // namespace

Furniture judge_furniture(const HtmlNode& element) {
  const Furniture named =
      std::max(judge_names(attribute(element, "class")), judge_names(attribute(element, "id")));
  const std::string_view role = attribute(element, "role");
  const bool other = furniture_tag(element.tag) ||
                     std::ranges::find(furniture_roles, role) != furniture_roles.end();
  return other ? std::max(named, Furniture::other) : named;
}

}  // namespace seekd::fetcher
