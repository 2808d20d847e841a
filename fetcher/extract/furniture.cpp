#include "fetcher/extract/furniture.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "fetcher/extract/word_table.h"
#include "policy/ascii.h"

namespace seekd::fetcher {
namespace {

using policy::is_lower;
using policy::is_upper;

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

// What a word of a class or an id says of its element, in bits.
enum NameWord : std::uint8_t {
  furniture = 1,
  comments = 2,
  consent = 4,  // names of consent managers among them
  cookies = 8,  // alone they may be a recipe
  banner = 16,  // with cookies, asks for consent
  content = 32,
};
constexpr auto name_entries =
    std::to_array<std::pair<std::string_view, int>>({{"ad", furniture},
                                                     {"ads", furniture},
                                                     {"advert", furniture},
                                                     {"advertisement", furniture},
                                                     {"advertising", furniture},
                                                     {"affiliate", furniture},
                                                     {"alert", banner},
                                                     {"banner", banner | furniture},
                                                     {"bar", banner},
                                                     {"body", content},
                                                     {"breadcrumb", furniture},
                                                     {"breadcrumbs", furniture},
                                                     {"byline", furniture},
                                                     {"ccpa", consent},
                                                     {"comment", comments},
                                                     {"commentlist", comments},
                                                     {"comments", comments},
                                                     {"consent", consent},
                                                     {"content", content},
                                                     {"cookie", cookies | furniture},
                                                     {"cookiebanner", consent},
                                                     {"cookiebar", consent},
                                                     {"cookiebot", consent},
                                                     {"cookieconsent", consent},
                                                     {"cookielaw", consent},
                                                     {"cookienotice", consent},
                                                     {"cookies", cookies | furniture},
                                                     {"copyright", furniture},
                                                     {"dialog", banner},
                                                     {"didomi", consent},
                                                     {"disclaimer", banner},
                                                     {"disqus", comments},
                                                     {"footer", furniture},
                                                     {"gdpr", consent},
                                                     {"law", banner},
                                                     {"login", furniture},
                                                     {"main", content},
                                                     {"masthead", furniture},
                                                     {"menu", furniture},
                                                     {"message", banner},
                                                     {"modal", banner | furniture},
                                                     {"nav", furniture},
                                                     {"navbar", furniture},
                                                     {"navigation", furniture},
                                                     {"newsletter", furniture},
                                                     {"notice", banner},
                                                     {"notification", banner},
                                                     {"onetrust", consent},
                                                     {"outbrain", furniture},
                                                     {"overlay", banner},
                                                     {"pager", furniture},
                                                     {"pagination", furniture},
                                                     {"policy", banner},
                                                     {"popup", banner | furniture},
                                                     {"preferences", banner},
                                                     {"promo", furniture},
                                                     {"recirc", furniture},
                                                     {"recommend", furniture},
                                                     {"recommendations", furniture},
                                                     {"recommended", furniture},
                                                     {"related", furniture},
                                                     {"replies", comments},
                                                     {"respond", comments},
                                                     {"settings", banner},
                                                     {"share", furniture},
                                                     {"sharebar", furniture},
                                                     {"sharedaddy", furniture},
                                                     {"sharing", furniture},
                                                     {"sidebar", furniture},
                                                     {"signup", furniture},
                                                     {"social", furniture},
                                                     {"sponsor", furniture},
                                                     {"sponsored", furniture},
                                                     {"subscribe", furniture},
                                                     {"taboola", furniture},
                                                     {"toolbar", furniture},
                                                     {"trending", furniture},
                                                     {"usercentrics", consent},
                                                     {"wall", banner},
                                                     {"widget", furniture}});
constexpr WordTable<int, name_entries.size()> name_words(name_entries);
constexpr std::size_t word_bytes_max = 15;  // of the longest

bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}

// One class name or id: "postComments", "article-footer". What calls itself content is content,
// wherever it stands ("content-nav-section").
Furniture judge_name(std::string_view name) {
  int said = 0;
  std::array<char, word_bytes_max> word{};
  std::size_t size = 0;
  for (std::size_t at = 0; at <= name.size(); ++at) {
    const char c = at < name.size() ? name[at] : '-';
    const bool begins = is_upper(c) && at > 0 && is_lower(name[at - 1]);
    if (begins || !is_letter(c)) {
      const int* known = size <= word.size() ? name_words.find({word.data(), size}) : nullptr;
      if (known != nullptr) said |= *known;
      size = 0;
    }
    if (is_letter(c) && size++ < word.size()) word[size - 1] = static_cast<char>(c | 0x20);
  }
  if ((said & content) != 0) return Furniture::none;
  if ((said & consent) != 0 || ((said & cookies) != 0 && (said & banner) != 0))
    return Furniture::consent;
  if ((said & furniture) != 0) return Furniture::other;
  return (said & comments) != 0 ? Furniture::comments : Furniture::none;
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
