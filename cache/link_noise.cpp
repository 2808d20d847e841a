#include "cache/link_noise.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "cache/noise_tokens.h"

namespace seekd::cache {
namespace {

constexpr std::array<std::string_view, 17> teaser_labels = {
    "related",  "recommended", "popular",   "most popular", "most read", "most viewed",
    "trending", "sponsored",   "read next", "up next",      "相关",      "推荐",
    "热门",     "猜你喜欢",    "関連",      "おすすめ",     "人気"};
// What may follow a label, when it is no more than one: "Popular vote" heads no teasers.
constexpr std::array<std::string_view, 37> teaser_nouns = {
    "articles", "article", "posts",  "post",     "stories", "story",   "news",  "pages",
    "content",  "topics",  "videos", "products", "links",   "reading", "reads", "now",
    "today",    "for you", "in",     "on",       "from",    "this",    "阅读",  "文章",
    "推荐",     "新闻",    "内容",   "链接",     "视频",    "话题",    "帖子",  "资讯",
    "报道",     "記事",    "リンク", "ニュース", "動画"};
// Whatever follows these.
constexpr std::array<std::string_view, 9> teaser_openings = {
    "you may also like", "you might also like", "you may like",
    "more from",         "more stories",        "more articles",
    "also read",         "das könnte sie",      "further reading suggestions"};
constexpr std::size_t teaser_label_bytes_max = 60;

constexpr std::array tracking_parameters = std::to_array<std::string_view>({"fbclid",
                                                                            "gclid",
                                                                            "gbraid",
                                                                            "wbraid",
                                                                            "gad_source",
                                                                            "msclkid",
                                                                            "yclid",
                                                                            "twclid",
                                                                            "ttclid",
                                                                            "srsltid",
                                                                            "mkt_tok",
                                                                            "mc_cid",
                                                                            "mc_eid",
                                                                            "igshid",
                                                                            "_hsenc",
                                                                            "_hsmi",
                                                                            "sessionid",
                                                                            "session",
                                                                            "sid",
                                                                            "sessid",
                                                                            "phpsessid",
                                                                            "jsessionid",
                                                                            "token",
                                                                            "csrf",
                                                                            "csrf_token",
                                                                            "_csrf",
                                                                            "csrftoken",
                                                                            "csrfmiddlewaretoken",
                                                                            "authenticity_token",
                                                                            "nonce",
                                                                            "_wpnonce",
                                                                            "form_build_id",
                                                                            "_ga",
                                                                            "_gl",
                                                                            "ts",
                                                                            "timestamp",
                                                                            "cachebuster",
                                                                            "cache_buster",
                                                                            "cachebust",
                                                                            "nocache",
                                                                            "rand",
                                                                            "random",
                                                                            "rnd",
                                                                            "cb",
                                                                            "spm"});
// Names that count visits where their value is a time or a build, and say what is meant elsewhere:
// "?v=1763805600" is the first, "?v=dQw4w9WgXcQ" and "?t=42" the second.
constexpr std::array<std::string_view, 6> counting_parameters = {"v", "ver",   "t",
                                                                 "_", "cache", "r"};
constexpr std::size_t count_digits_min = 8;

bool counts(std::string_view value) {
  return value.size() >= count_digits_min &&
         std::ranges::all_of(value, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

template <std::size_t Size>
bool one_of(const std::array<std::string_view, Size>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool recognises_visitors(std::string_view parameter) {
  const std::size_t equals = std::min(parameter.find('='), parameter.size());
  const std::string name = lower_ascii(parameter.substr(0, equals));
  if (name.starts_with("utm_") || one_of(tracking_parameters, name)) return true;
  return equals < parameter.size() && one_of(counting_parameters, name) &&
         counts(parameter.substr(equals + 1));
}

}  // namespace

bool heads_teasers(std::string_view text) {
  if (text.size() > teaser_label_bytes_max) return false;
  const std::string heading = lower_ascii(text);
  const auto opens = [&](std::string_view opening) { return heading.starts_with(opening); };
  if (std::ranges::any_of(teaser_openings, opens)) return true;
  return std::ranges::any_of(teaser_labels, [&](std::string_view label) {
    if (!opens(label)) return false;
    std::string_view rest = std::string_view(heading).substr(label.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" :"), rest.size()));
    return rest.empty() || std::ranges::any_of(teaser_nouns, [&](std::string_view noun) {
             return rest.starts_with(noun);
           });
  });
}

std::string lasting_address(std::string_view url) {
  const std::size_t fragment = url.find('#');
  const std::string_view mark = fragment == url.npos ? "" : "#";
  url = url.substr(0, fragment);
  const std::size_t query = url.find('?');
  std::string address(url.substr(0, query));
  // Servlets write the session into the path.
  address.resize(std::min(lower_ascii(address).find(";jsessionid="), address.size()));
  char separator = '?';
  for (std::string_view rest = query == url.npos ? "" : url.substr(query + 1); !rest.empty();) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
    if (recognises_visitors(parameter)) continue;
    (address += separator) += parameter;
    separator = '&';
  }
  return address += mark;
}

}  // namespace seekd::cache
